/**
 * Where the cards of the ranks stand and how the arrows of the ring run between them: two columns, clockwise
 * from the top left, so that every rank stands beside the one it sends to. Pure geometry, in pixels.
 */
export interface RingLayout {
  cards: { x: number; y: number }[]
  /** One for each rank, to the next: an SVG path. None for a ring of one. */
  arrows: string[]
  height: number
  cardWidth: number
}

export const columnGap = 38
export const rowGap = 26

export function layoutRing(worldSize: number, width: number, cardHeight: number): RingLayout {
  if (worldSize === 1) return { cards: [{ x: 0, y: 0 }], arrows: [], height: cardHeight, cardWidth: width }
  const onRight = Math.floor(worldSize / 2)
  const rows = worldSize - onRight
  const cardWidth = (width - columnGap) / 2
  const pitch = cardHeight + rowGap
  // An imported run has no process here.
  const height = Math.max(0, rows * pitch - rowGap)
  const cards = Array.from({ length: worldSize }, (_, rank) => {
    if (rank >= 1 && rank <= onRight)
      return {
        x: cardWidth + columnGap,
        y: onRight === 1 ? (height - cardHeight) / 2 : ((rank - 1) * (height - cardHeight)) / (onRight - 1),
      }
    return { x: 0, y: rank === 0 ? 0 : (worldSize - rank) * pitch }
  })
  const arrows = cards.map((from, rank) => arrow(from, cards[(rank + 1) % worldSize]!, cardWidth, cardHeight))
  return { cards, arrows, height, cardWidth }
}

function arrow(from: { x: number; y: number }, to: { x: number; y: number }, width: number, height: number): string {
  const inset = 5
  if (from.x === to.x) {
    const x = from.x + width / 2
    return from.y < to.y ? `M${x} ${from.y + height + inset}V${to.y - inset}` : `M${x} ${from.y - inset}V${to.y + height + inset}`
  }
  // Across: to the right in the upper third of a card, to the left in the lower third, so that two ranks show a ring.
  const rightward = from.x < to.x
  const share = rightward ? 0.33 : 0.67
  const [startX, endX] = rightward ? [from.x + width + inset, to.x - inset] : [from.x - inset, to.x + width + inset]
  const [startY, endY] = [from.y + height * share, to.y + height * share]
  const bend = (endX - startX) / 2
  return `M${startX} ${startY}C${startX + bend} ${startY} ${endX - bend} ${endY} ${endX} ${endY}`
}
