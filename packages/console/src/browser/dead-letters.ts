import type { DeadLetter, QueueNow } from '../feed.js';
import { cell, element, find, showRows } from './dom.js';
import { toCount, toTime } from './format.js';

/** Jobs that were asked to start anew, until they are gone from the list. */
const asked = new Set<string>();

/** @param mayWrite whether whoever looks may let jobs start anew */
export function showDeadLetters(letters: readonly DeadLetter[], mayWrite: boolean): void {
  for (const id of asked) if (!letters.some((letter) => letter.id === id)) asked.delete(id);
  showRows(
    find('dead-rows'),
    letters.length > 0 ? letters : [undefined],
    (letter) => letter?.id ?? '',
    (letter) => toRow(letter, mayWrite),
  );
}

/** A button for each queue that has dead letters. */
export function showRedriveAll(queues: readonly QueueNow[], mayWrite: boolean): void {
  const dead = mayWrite ? queues.filter((queue) => queue.dead > 0) : [];
  showRows(
    find('redrive-all'),
    dead,
    ({ name }) => name,
    (queue) => {
      const button = element('button', { type: 'button', class: 'plain' }, `Redrive all ${toCount(queue.dead)} of ${queue.name}`);
      button.addEventListener('click', () => void redriveAll(queue));
      return button;
    },
  );
}

function toRow(letter: DeadLetter | undefined, mayWrite: boolean): HTMLElement {
  if (!letter) return element('tr', {}, element('td', { colspan: 5, class: 'quiet' }, 'None.'));
  const { id, queue, name, tenant, diedAt, code, message, attempts } = letter;
  const of = cell('Of', element('strong', {}, code), ` ${message}`);
  of.classList.add('wide');
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, element('a', { href: `/ui/queue/${queue}/${id}` }, id)),
    cell('Type', name, element('span', { class: 'quiet' }, ` of ${tenant}`)),
    cell('Died', diedAt === null ? '–' : toTime(diedAt), element('span', { class: 'quiet' }, ` after ${attempts}`)),
    of,
    element('td', {}, ...(mayWrite ? [redriveButton(id)] : [])),
  );
}

function redriveButton(id: string): HTMLElement {
  const button = element('button', { type: 'button', disabled: asked.has(id), 'aria-label': `Redrive ${id}` }, 'Redrive');
  button.addEventListener('click', () => {
    asked.add(id);
    button.disabled = true;
    void change(`/console/jobs/${id}/redrive`, `${id} starts anew.`).then((isDone) => {
      if (!isDone) asked.delete(id);
      button.disabled = isDone;
    });
  });
  return button;
}

async function redriveAll({ name, dead }: QueueNow): Promise<void> {
  find('question').textContent = `Let all ${toCount(dead)} dead letters of ${name} start anew?`;
  const dialog = find('confirm') as HTMLDialogElement;
  dialog.returnValue = 'no';
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  if (dialog.returnValue === 'yes')
    await change(`/console/queues/${name}/redrive`, `The dead letters of ${name} start anew, one after the other.`);
}

/** @returns whether it was done; what came of it is told on the page */
async function change(path: string, done: string): Promise<boolean> {
  const problem = await fetch(path, { method: 'PUT' }).then(
    async (response) =>
      response.ok ? undefined : (((await response.json()) as { detail?: string }).detail ?? `The gateway answered ${response.status}.`),
    () => 'The gateway cannot be reached.',
  );
  find('outcome').textContent = problem ?? done;
  return problem === undefined;
}
