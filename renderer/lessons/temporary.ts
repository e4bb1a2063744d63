import type { Check } from './lesson.ts'
export const temporary =
  (program: string, arm: string): Check =>
  (evidence) =>
    evidence.result(program as never, arm as never) ? { met: true, because: 'it ran.' } : null
