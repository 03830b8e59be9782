/* The labels of one face, pure: complete sets as they are saved, and how two of them differ. */

/** All that the study asks: units that nobody named are not present. `tasks`: 'emotion', 'au'. */
export function complete(said, tasks, codes) {
  const labels = {};
  if (tasks.includes('emotion')) labels.emotion = said.emotion;
  if (tasks.includes('au')) labels.au = Object.fromEntries(codes.map((code) => [code, said.au[code] ?? { state: 'absent' }]));
  return labels;
}

/** A sentence about what is still missing, or null. */
export function missing(labels, tasks) {
  if (tasks.includes('emotion') && !labels.emotion) return 'Say the emotion first: a letter, or X for can’t tell.';
  return null;
}

export function present(labels) {
  return Object.keys(labels?.au ?? {}).filter((code) => labels.au[code].state === 'present');
}

/** A model's labels, whose units are a list of codes, as labels: present, without intensity. */
export function fromModel({ labels }) {
  const units = Array.isArray(labels.au) ? labels.au : present(labels);
  return { emotion: labels.emotion ?? null, au: Object.fromEntries(units.map((code) => [code, { state: 'present' }])) };
}

export function same(one, other) {
  return written(one) === written(other);
}

function written(labels) {
  const units = Object.entries(labels?.au ?? {}).filter(([, { state }]) => state !== 'absent');
  units.sort(([a], [b]) => a.slice(2) - b.slice(2));
  const parts = units.map(([code, { state, intensity, side }]) => [code, state, intensity ?? '', side ?? '']);
  return JSON.stringify([labels?.emotion ?? null, parts]);
}
