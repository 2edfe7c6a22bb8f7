import type { News, Opening, Trouble } from '../feed.js';
import { Charts } from './charts.js';
import { showDeadLetters, showRedriveAll } from './dead-letters.js';
import { showDecisions } from './decisions.js';
import { element, find } from './dom.js';
import { toTime } from './format.js';
import { Memory } from './memory.js';
import { showQueues } from './queues.js';
import { showWorkers } from './workers.js';

const memory = new Memory();
const charts = new Charts();
let mayWrite = false;

function show({ moment, workers, decisions, deadLetters }: News): void {
  memory.add(moment, decisions);
  showQueues(moment.queues);
  showWorkers(workers, moment.at);
  showDecisions(memory.changes());
  showDeadLetters(deadLetters, mayWrite);
  showRedriveAll(moment.queues, mayWrite);
  charts.showQueues(memory.moments);
  charts.showDecisions(
    memory.decisions,
    moment.queues.map(({ name }) => name),
  );
}

/** Told to a screen reader only when it turns, not every two seconds. */
function tell(isLive: boolean, ...text: readonly (string | Node)[]): void {
  const place = find('live');
  const state = isLive ? 'yes' : 'no';
  if (isLive && place.dataset.live === state) return;
  place.dataset.live = state;
  place.replaceChildren(...text);
}

/** Milliseconds until an answer that was no stream is asked for anew: a proxy's, or that there are too many streams. */
const RETRY_MS = 2_000;

const read = <T>(event: Event): T => JSON.parse((event as MessageEvent<string>).data) as T;

function follow(): void {
  const source = new EventSource('/console/events');
  source.addEventListener('opening', (event) => {
    const opening = read<Opening>(event);
    mayWrite = opening.mayWrite;
    memory.begin(opening.history);
  });
  source.addEventListener('news', (event) => {
    const news = read<News>(event);
    show(news);
    tell(true, `Live since ${toTime(news.moment.at)}`);
  });
  source.addEventListener('trouble', (event) => tell(false, read<Trouble>(event).problem));
  source.addEventListener('error', () => {
    tell(false, 'The gateway cannot be reached; trying again …');
    if (source.readyState === EventSource.CLOSED) void goOn();
  });
}

/** The browser goes on by itself after a connection that broke, and not after any other answer. */
async function goOn(): Promise<void> {
  const status = await fetch('/console/files/main.js', { cache: 'no-store' }).then(
    (response) => response.status,
    () => 0,
  );
  if (status === 401 || status === 403) tell(false, 'Signed out. ', element('a', { href: '/console' }, 'Sign in again'));
  else setTimeout(follow, RETRY_MS);
}

follow();
