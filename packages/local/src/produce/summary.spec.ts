import { describe, expect, it } from '@jest/globals';
import { Deliveries } from './deliveries.js';
import { accountForLosses, summarise } from './summary.js';

function submitted(count: number): Deliveries {
  const deliveries = new Deliveries(count, () => {});
  for (let number = 0; number < count; number++) {
    deliveries.start(number);
    deliveries.acknowledge(number, `io_${number}`);
  }
  return deliveries;
}

describe('summarise', () => {
  it('counts repeats and foreign requests as no arrivals', () => {
    const deliveries = submitted(2);
    for (const number of [0, 0, 1, 1, 2, -1, Number.NaN, 0.5]) deliveries.arrive(number);
    expect(deliveries).toMatchObject({ arrived: 2, repeats: 2 });
    expect(summarise(deliveries)).toContain('2 of 2 jobs submitted, 2 arrived, 0 completed.');
    expect(summarise(deliveries)).toContain('2 deliveries were repeats: delivery is at-least-once.');
  });

  it('shows the figures that there are', () => {
    const deliveries = submitted(1);
    deliveries.arrive(0);
    deliveries.complete(0, Date.now() + 2_000);
    deliveries.retried = 1_234;
    const text = summarise(deliveries);
    expect(text).toMatch(/^completion( +(2\.0|1\.9)\d s){4}$/m);
    expect(text).toMatch(/^submit( +\d+\.\d ms){4}$/m);
    expect(text).toContain('Retried 1,234 submissions');
    expect(summarise(new Deliveries(5, () => {}))).toBe('0 of 5 jobs submitted, 0 arrived, 0 completed.');
  });
});

describe('accountForLosses', () => {
  it('is empty when nothing is lost', () => {
    const deliveries = submitted(1);
    deliveries.arrive(0);
    expect(accountForLosses(deliveries)).toBe('');
  });

  it('names the first ten that are missing, and those that failed with their reason', () => {
    const deliveries = submitted(13);
    deliveries.arrive(3);
    deliveries.fail({ id: 'io_3', reason: 'dead: 404' });
    const lines = accountForLosses(deliveries).split('\n');
    expect(lines[0]).toBe('12 jobs were submitted and have not arrived:');
    expect(lines.slice(1, 11)).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9, 10].map((number) => `  io_${number}`));
    expect(lines.slice(11)).toEqual(['  and 2 more', '1 jobs did not do what they were submitted for:', '  io_3 is dead: 404']);
  });
});
