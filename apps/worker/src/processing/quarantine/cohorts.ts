/** Suspects that run together, in one process. */
export interface Cohort<Suspect> {
  readonly members: ReadonlySet<Suspect>;
  readonly running: boolean;
}

interface OwnCohort<Suspect> extends Cohort<Suspect> {
  readonly members: Set<Suspect>;
  running: boolean;
  /** Whether newcomers join. */
  readonly open: boolean;
  /** Members it has ever had. */
  joined: number;
}

/**
 * Who runs together, and who is to blame when a cohort's process dies: nobody but a suspect that had a process to itself
 * all along. Of a larger cohort, whoever is still in it is tried again in two halves, each in a process of its own: the
 * culprit is alone after as many deaths as n can be halved, and those who do no harm have ended meanwhile.
 */
export class Cohorts<Suspect> {
  private readonly cohorts: OwnCohort<Suspect>[] = [];
  private readonly homes = new Map<Suspect, OwnCohort<Suspect>>();

  /** @param mostHalves that run at once, beside the cohort of those whose company has not died yet */
  constructor(private readonly mostHalves: number) {}

  /** A newcomer: to all others of whom nothing is known yet. */
  admit(suspect: Suspect): void {
    const cohort = this.cohorts.find(({ open }) => open) ?? this.add([], true);
    cohort.members.add(suspect);
    cohort.joined++;
    this.homes.set(suspect, cohort);
  }

  /** Nothing for one that is to blame, or has left. */
  of(suspect: Suspect): Cohort<Suspect> | undefined {
    return this.homes.get(suspect);
  }

  /** Cohorts that are to run from now on; the others wait until one is over. */
  start(): Cohort<Suspect>[] {
    const started: OwnCohort<Suspect>[] = [];
    for (const cohort of this.cohorts) {
      if (cohort.running || (!cohort.open && this.halvesRunning() >= this.mostHalves)) continue;
      cohort.running = true;
      started.push(cohort);
    }
    return started;
  }

  /** It could not be run, which is nobody's fault: to be started again. */
  failed(cohort: Cohort<Suspect>): void {
    const own = this.cohorts.find((other) => other.members === cohort.members);
    if (own) own.running = false;
  }

  /** Its process died. */
  died(cohort: Cohort<Suspect>): void {
    const own = this.remove(cohort);
    if (!own) return;
    const members = [...own.members];
    for (const member of members) this.homes.delete(member);
    if (own.joined === 1) return;
    const middle = Math.ceil(members.length / 2);
    for (const half of [members.slice(0, middle), members.slice(middle)]) if (half.length > 0) this.add(half, false);
  }

  /** @returns its cohort when it was the last one: it is over */
  leave(suspect: Suspect): Cohort<Suspect> | undefined {
    const cohort = this.homes.get(suspect);
    this.homes.delete(suspect);
    cohort?.members.delete(suspect);
    return cohort?.members.size === 0 ? this.remove(cohort) : undefined;
  }

  private halvesRunning(): number {
    return this.cohorts.filter(({ open, running }) => running && !open).length;
  }

  private add(members: Suspect[], open: boolean): OwnCohort<Suspect> {
    const cohort = { members: new Set(members), running: false, open, joined: members.length };
    this.cohorts.push(cohort);
    for (const member of members) this.homes.set(member, cohort);
    return cohort;
  }

  private remove(cohort: Cohort<Suspect>): OwnCohort<Suspect> | undefined {
    const index = this.cohorts.indexOf(cohort as OwnCohort<Suspect>);
    return index < 0 ? undefined : this.cohorts.splice(index, 1)[0];
  }
}
