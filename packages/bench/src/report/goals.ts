import type { Judgement } from '../goal.js';
import { MARKS } from '../table.js';
import { escapeXml, HEAD, LEFT, picture, ROW, WIDTH } from './svg.js';

const RIGHT = WIDTH - 110;
/** Times what it must be, at the right edge. */
const FURTHEST = 2;

/**
 * Every goal as a line of an SVG: how many times as good as it must be, with quartiles, and where the aim is.
 * Right is better, whichever way the figure goes.
 */
export function drawGoals(judgements: readonly Judgement[]): string {
  const drawn = judgements.map((judgement, index) => drawGoal(judgement, HEAD + index * ROW + ROW / 2));
  const bottom = HEAD + judgements.length * ROW;
  const axis = [0, 0.5, 1, 1.5, 2].map((share) => {
    const label = share === 1 ? 'must' : `${share} ×`;
    const line = `<path class="${share === 1 ? 'level' : 'grid'}" d="M${place(share)} ${HEAD - 4}V${bottom}"/>`;
    return `${line}<text x="${place(share)}" y="${bottom + 16}" class="middle">${label}</text>`;
  });
  return picture('How near to what it must be, and to the aim (triangles)', bottom + 26, [...axis, ...drawn]);
}

function drawGoal({ goal, summary, verdict }: Judgement, y: number): string {
  const times = (value: number) => (goal.better === 'higher' ? value / goal.must : goal.must / value);
  const name = `<text x="${LEFT - 8}" y="${y + 4}" class="name end">${escapeXml(goal.title)}</text>`;
  const mark = `<text x="${WIDTH - 8}" y="${y + 4}" class="name end">${MARKS[verdict]}</text>`;
  if (!summary) return name + mark;
  const [lower, upper] = summary.quartiles.map(times) as [number, number];
  const colour = verdict === 'aim' || verdict === 'must' ? 'good' : 'bad';
  const aim = goal.aim === undefined ? '' : `<path class="aim" d="M${place(times(goal.aim))} ${y - 4}l-4 -6h8z"/>`;
  const spread = `<path class="${colour}" d="M${place(lower)} ${y}H${place(upper)}"/>`;
  return `${name}${aim}${spread}<circle class="${colour}" cx="${place(times(summary.median))}" cy="${y}" r="4"/>${mark}`;
}

function place(times: number): string {
  return (LEFT + (Math.min(Math.max(times, 0), FURTHEST) / FURTHEST) * (RIGHT - LEFT)).toFixed(1);
}
