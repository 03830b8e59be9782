/* The decision in the making: one cell for each label, one text for each task. No DOM. */

/* A decision without an intensity or side takes no stand on them. */
const fits = (decided, cell) => decided?.state === cell.state && ['intensity', 'side'].every((name) => !decided[name] || decided[name] === cell[name]);

export class Decision {
  /** What all agree on is decided already; a gold label in force is where a new decision starts. */
  constructor(found, kept = null) {
    this.found = found;
    this.rows = found.rows;
    this.gold = found.columns.find((column) => column.kind === 'gold') ?? null;
    this.cells = new Map();
    this.texts = new Map();
    for (const row of this.rows) {
      const start = this.gold?.cells[row.key] ?? row.agreed ?? (row.group === 'rest' ? { state: 'absent' } : null);
      if (start) this.cells.set(row.key, { ...start });
    }
    if (kept) {
      for (const [key, cell] of kept.cells) this.cells.set(key, cell);
      for (const [task, text] of kept.texts) this.texts.set(task, text);
    }
    this.changed = Boolean(kept);
  }

  get(key) {
    return this.cells.get(key) ?? null;
  }

  set(key, cell) {
    const kept = { state: cell.state };
    for (const name of ['intensity', 'side']) if (cell[name] && cell.state === 'present') kept[name] = cell[name];
    this.cells.set(key, kept);
    this.changed = true;
  }

  intensity(key, letter) {
    const now = this.get(key);
    this.set(key, { ...now, state: 'present', intensity: now?.intensity === letter ? undefined : letter });
  }

  takes(key, column) {
    const cell = this.found.columns[column]?.cells[key];
    return Boolean(cell) && fits(this.get(key), cell);
  }

  /** Takes a column's cell for one label; false where it says nothing of it. */
  take(key, column) {
    const cell = this.found.columns[column]?.cells[key];
    if (cell) this.set(key, cell);
    return Boolean(cell);
  }

  /** Takes all that a column says, its texts too. */
  takeAll(column) {
    const from = this.found.columns[column];
    if (!from || !Object.keys(from.cells).length) return false;
    for (const row of this.rows) if (from.cells[row.key]) this.set(row.key, from.cells[row.key]);
    for (const task of this.found.tasks) if (from.rationales[task]) this.write(task, from.rationales[task], from.name);
    return true;
  }

  /** Rows that nobody has decided yet. */
  get left() {
    return this.rows.filter((row) => !this.cells.has(row.key));
  }

  write(task, text, from = null) {
    this.texts.set(task, { text, from });
    this.changed = true;
  }

  /** A task's text: as written; else of the gold label; else of the first answer whose labels are the decision's. */
  text(task) {
    if (this.texts.has(task)) return this.texts.get(task);
    if (this.gold?.rationales[task]) return { text: this.gold.rationales[task], from: 'the gold label' };
    const rows = this.rows.filter((row) => row.key.split('/')[0] === task);
    const matches = (column) => column.rationales[task] && rows.every((row) => (column.cells[row.key]?.state ?? null) === (this.get(row.key)?.state ?? null));
    const order = [...this.found.columns].sort((a, b) => (a.kind === 'annotator' ? 0 : 1) - (b.kind === 'annotator' ? 0 : 1));
    const best = order.find(matches);
    return best ? { text: best.rationales[task], from: best.name, column: this.found.columns.indexOf(best) } : { text: '', from: null };
  }

  get labels() {
    const labels = {};
    for (const [key, cell] of this.cells) {
      const [task, name] = key.split('/');
      if (name) (labels[task] ??= {})[name] = cell;
      else labels[task] = cell.state;
    }
    return labels;
  }

  get rationales() {
    const texts = this.found.tasks.map((task) => [task, this.text(task).text.trim()]).filter(([, text]) => text);
    return texts.length ? Object.fromEntries(texts) : null;
  }

  get kept() {
    return { cells: [...this.cells], texts: [...this.texts] };
  }
}
