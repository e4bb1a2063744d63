/** The names of all widgets. `index.tsx` has the component of each: a name without one does not compile. */
export const widgetIds = [
  'token-strip',
  'padding-cost',
  'model-explorer',
  'index-grid',
  'loop-stepper',
  'zero-grad',
  'modes',
  'rate-curves',
  'run-metrics',
  'meeting-board',
  'broadcast-digests',
  'ring-stepper',
  'bucket-map',
  'calls-compare',
  'same-as-one',
  'mean-of-means',
  'timeline',
  'run-rank-0',
  'run-killed',
] as const

export type WidgetId = (typeof widgetIds)[number]
