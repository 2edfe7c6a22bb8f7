import { type Comparison, judge, type Outcome } from '@dts/scaling/simulate';

/** For programs: every setting of every scaler, and who won. */
export function toDocument(comparisons: readonly Comparison[], moments?: 'with moments'): unknown {
  return { items: comparisons.map((comparison) => toItem(comparison, moments !== undefined)) };
}

function toItem({ load, policy, model, seeds, outcomes }: Comparison, withMoments: boolean): unknown {
  const goals = (['hpa', 'keda'] as const).flatMap((kind) =>
    judge(outcomes, kind).map(({ choice, rival, isWon }) => ({ rival: kind, choice, setting: rival?.setting ?? null, met: isWon })),
  );
  const { name, description, seconds } = load;
  return {
    load: { name, description, seconds },
    policy,
    model,
    seeds,
    goals,
    outcomes: outcomes.map((outcome) => plain(outcome, withMoments)),
  };
}

function plain({ moments, ...outcome }: Outcome, withMoments: boolean): unknown {
  return withMoments ? { ...outcome, moments } : outcome;
}
