/**
 * What jobs call: a process of its own that knows only as much HTTP as clients with keep-alive need, so that its share of the
 * processor is small beside theirs. `POST /jobs/<number>` leaves a mark in the tally; every answer is 200.
 */
import { openSync, writeSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { mark } from './tally.js';

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok';
const END_OF_HEAD = '\r\n\r\n';
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const NUMBER = /^POST \/jobs\/(\d+) /;

const tally = openSync(process.env.TALLY ?? '', 'a');

/** What has come of the requests of a connection: marks of those that are whole, and the rest. */
function take(text: string): { readonly marks: string[]; readonly rest: string } {
  const marks: string[] = [];
  let from = 0;
  for (;;) {
    const endOfHead = text.indexOf(END_OF_HEAD, from);
    const head = text.slice(from, endOfHead);
    const end = endOfHead + END_OF_HEAD.length + Number(LENGTH.exec(head)?.[1] ?? 0);
    if (endOfHead < 0 || text.length < end) return { marks, rest: text.slice(from) };
    marks.push(mark(Number(NUMBER.exec(head)?.[1])));
    from = end;
  }
}

const server = createServer({ noDelay: true }, (socket) => {
  let pending = '';
  socket.setEncoding('latin1');
  socket.on('error', () => socket.destroy()); // a contender that is killed
  socket.on('data', (chunk: string) => {
    const { marks, rest } = take(pending + chunk);
    pending = rest;
    if (marks.length === 0) return;
    writeSync(tally, marks.join(''));
    socket.write(ANSWER.repeat(marks.length));
  });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
