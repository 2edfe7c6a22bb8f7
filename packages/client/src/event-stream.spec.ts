import { describe, expect, it } from '@jest/globals';
import { EventStreamParser } from './event-stream.js';

const parse = (...pieces: string[]) => {
  const parser = new EventStreamParser();
  return pieces.flatMap((piece) => [...parser.push(piece)]);
};
const message = (data: string, lastEventId = '') => ({ event: 'message', data, lastEventId });

describe('the examples of the standard', () => {
  it('lines of data are one event', () => {
    expect(parse('data: YHOO\ndata: +2\ndata: 10\n\n')).toEqual([message('YHOO\n+2\n10')]);
  });

  it('comments are passed over, an id without a value forgets the one before, one space belongs to the colon', () => {
    const stream = ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n';
    expect(parse(stream)).toEqual([message('first event', '1'), message('second event'), message(' third event')]);
  });

  it('data without a value is empty data, and what the end cuts off is no event', () => {
    expect(parse('data\n\ndata\ndata\n\ndata:')).toEqual([message(''), message('\n')]);
  });

  it('the space after a colon is optional', () => {
    expect(parse('data:test\n\ndata: test\n\n')).toEqual([message('test'), message('test')]);
  });
});

describe('EventStreamParser', () => {
  it('names the event, and forgets the name of one without data', () => {
    expect(parse('event: add\ndata: 1\n\nevent: remove\n\ndata: 2\n\n')).toEqual([{ ...message('1'), event: 'add' }, message('2')]);
  });

  it('keeps an id until there is another, also that of an event without data, and none with a NUL in it', () => {
    expect(parse('id: 7\n\ndata: a\n\nid: 8\0\ndata: b\n\n')).toEqual([message('a', '7'), message('b', '7')]);
    const resumed = new EventStreamParser('5');
    expect([...resumed.push('data: c\n\n')]).toEqual([message('c', '5')]);
  });

  it('reads how long to wait before another connection, if it is a number', () => {
    const parser = new EventStreamParser();
    expect([...parser.push('retry: 10s\n')]).toEqual([]);
    expect(parser.retryMs).toBeUndefined();
    expect([...parser.push('retry: 1500\nretry: -1\n')]).toEqual([]);
    expect(parser.retryMs).toBe(1_500);
  });

  it('passes over fields that it does not know, and keeps colons in what it does', () => {
    expect(parse('Data: no\n data: no\nlength: 5\ndata: {"a": 1}\n\n')).toEqual([message('{"a": 1}')]);
  });

  it.each(['\n', '\r', '\r\n'])('reads the same wherever the stream is cut, with lines that end in %j', (end) => {
    const lines = [': hello', 'id: 1', 'event: state', 'data: Grüße', 'data:  🎉', '', 'data', '', 'retry: 5', '', 'data: last', ''];
    const stream = lines.map((line) => line + end).join('');
    const whole = parse(stream);
    expect(whole).toEqual([{ event: 'state', data: 'Grüße\n 🎉', lastEventId: '1' }, message('', '1'), message('last', '1')]);
    for (let cut = 0; cut <= stream.length; cut++) expect(parse(stream.slice(0, cut), stream.slice(cut))).toEqual(whole);
    expect(parse(...stream)).toEqual(whole);
  });

  it('tells an event as soon as a carriage return ends it', () => {
    const parser = new EventStreamParser();
    expect([...parser.push('data: 1\r\r')]).toEqual([message('1')]);
    expect([...parser.push('\ndata: 2\r\n\r')]).toEqual([message('2')]);
    expect([...parser.push('\n')]).toEqual([]);
  });
});
