import type { Experiment } from '../../lessons/lesson.ts'
export function ExperimentScreen({ experiment }: { experiment: Experiment }) {
  return <p>{experiment.title}</p>
}
