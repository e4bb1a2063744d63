/** Invented headlines for runs that train in seconds. */

const topics = {
  World: ['treaty', 'minister', 'border', 'election', 'embassy', 'ceasefire'],
  Sports: ['goal', 'coach', 'season', 'striker', 'marathon', 'medal'],
  Business: ['shares', 'profit', 'merger', 'bank', 'inflation', 'retailer'],
  'Sci/Tech': ['chip', 'satellite', 'software', 'genome', 'telescope', 'robot'],
}
const common = ['after', 'the', 'new', 'talks', 'report', 'week', 'says', 'over', 'first', 'plan', 'rises', 'again']

/** Deterministic nonsense in which some words give the topic away. No two rows alike. */
export function smallNewsCsv(rowCount: number): string {
  const labels = Object.keys(topics) as (keyof typeof topics)[]
  let state = 1
  const pick = <T>(from: readonly T[]): T => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return from[(state >>> 16) % from.length]!
  }
  const rows = Array.from({ length: rowCount }, (_, index) => {
    const label = labels[index % labels.length]!
    const length = 4 + (index % 9)
    const words = Array.from({ length }, (_, position) => (position % 3 === 1 ? pick(topics[label]) : pick(common)))
    return `${label},${words.join(' ')} ${index}`
  })
  return ['label,text', ...rows, ''].join('\n')
}
