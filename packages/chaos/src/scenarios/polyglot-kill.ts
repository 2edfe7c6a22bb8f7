import { type App, waitFor } from '@dts/testkit';
import { AT_ONCE, MIXED } from '../load/submission.js';
import { type Language, LeaseWorkers } from '../stage/lease-workers.js';
import type { Stage } from '../stage/stage.js';
import type { Scenario } from './scenario.js';

const RUN_MS = 200;
const CREW: readonly Language[] = ['python', 'go', 'python', 'go'];
const FIRST_RUN_MS = 30_000;

export const polyglotKill: Scenario = {
  name: 'polyglot-kill',
  fault: 'workers in Python and Go killed with -9, one after the other as chance picks and then all at once, and started again',
  load: 'concurrent callers, delayed, prioritized and ordered jobs among them, all of a queue that is leased',
  holds: 'nothing lost, and what the killed ones ran is run again',
  control: 'workers that take jobs out of the queue before they run them',
  harm: 'lost',
  quick: true,
  obstacle: LeaseWorkers.obstacle,
  async play(stage, arm) {
    await stage.startRedis();
    await stage.startGateway();
    stage.receiver.workMs = RUN_MS;
    const start = arm === 'control' ? () => stage.startAtMostOnceWorker({ QUEUE: 'external' }) : await starter(stage);
    const crew = await Promise.all(CREW.map(async (language): Promise<Member> => ({ language, app: await start(language) })));
    const replace = async (member: Member) => {
      stage.timeline.mark(`${member.language} worker kill -9`);
      await member.app.kill();
      member.app = await start(member.language);
    };
    // The control knows jobs that are due at once only.
    stage.startLoad({ mix: { ...(arm === 'control' ? AT_ONCE : MIXED), type: 'report.render' }, perSecond: stage.profile.perSecond / 4 });
    await waitFor(() => stage.executions.byKey.size > 0, { timeoutMs: FIRST_RUN_MS, describe: 'the first run' });
    for (let kill = 1; kill <= 2 * stage.profile.rounds; kill++) {
      await stage.untilFault();
      await replace(stage.random.pick(crew));
    }
    await stage.untilFault();
    await Promise.all(crew.map(replace));
    await stage.finish();
    const again = [...stage.executions.byKey.values()].filter(({ starts }) => starts.length > 1).length;
    if (arm === 'product') stage.expect('the kills met jobs that ran', again > 0, `${again} ran again`);
  },
};

interface Member {
  readonly language: Language;
  app: App;
}

async function starter(stage: Stage): Promise<(language: Language) => Promise<App>> {
  const workers = await LeaseWorkers.build();
  stage.onLeave(() => workers.remove());
  return (language) => stage.startLeaseWorker(workers, language);
}
