/** The lessons: their overview, a step, an experiment, the glossary. */
import { experimentOf, placeOf } from '../../lessons/course.ts'
import { ExperimentScreen } from './experiment-screen.tsx'
import { GlossaryScreen } from './glossary-screen.tsx'
import { Overview } from './overview.tsx'
import { StepScreen } from './step-screen.tsx'

export function LearnScreen({ chapter, part }: { chapter: string | null; part: string | null }) {
  if (chapter === 'glossary') return <GlossaryScreen term={part} />
  if (chapter === 'experiments') {
    const experiment = experimentOf(part)
    return experiment ? <ExperimentScreen key={experiment.id} experiment={experiment} /> : <Overview />
  }
  const place = placeOf(chapter, part)
  return place ? <StepScreen key={place.step.id} place={place} /> : <Overview />
}
