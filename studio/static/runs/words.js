/* Numbers as they are said here: with a sign, one decimal, and their interval. */

const sign = (value) => (value < 0 ? '−' : value > 0 ? '+' : '');

export const one = (value) => Math.abs(value).toFixed(1);
export const signed = (value) => (one(value) === '0.0' ? '0.0' : `${sign(value)}${one(value)}`);
const plain = (value) => `${value < 0 && one(value) !== '0.0' ? '−' : ''}${one(value)}`;

/** " [0.8, 3.7]", nothing where there is no interval. */
export const edges = ({ low, high }) => (low === null || low === undefined ? '' : ` [${plain(low)}, ${plain(high)}]`);

export const times = (count, single, many = `${single}s`) => `${count.toLocaleString('en')} ${count === 1 ? single : many}`;

/** "3 min", "45 s", "1 h 20 min". */
export function long(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 90) return `${s} s`;
  const minutes = Math.round(s / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const named = (revision) => (revision ? `revision ${revision}` : 'the base alone');
