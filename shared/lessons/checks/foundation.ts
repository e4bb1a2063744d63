/** Checks of phases 1 and 2. */
import { allEqual, type Check, figure, sum, unless } from '../check.ts'

export const tokens: Check<'tokens'> = ({ ranks }) => {
  const { rows, tokenCount, costs } = ranks[0]!.probe
  const cost = (way: string) => costs.find((each) => each.way === way)!
  const [longest, all] = [cost('longest'), cost('maxLength')]
  const counted = sum(rows.map(({ attentionMask }) => sum(attentionMask)))
  const wrongMask = rows.some(({ tokens, attentionMask }) =>
    tokens.some(({ kind }, place) => (kind === 'pad') === (attentionMask[place] === 1)),
  )
  return unless(
    [
      (!allEqual(rows.map((row) => row.tokens.length)) || wrongMask || counted !== tokenCount) &&
        'The rows are not one rectangle whose mask marks every token and no padding.',
    ],
    `${rows.length} headlines are ${tokenCount} tokens. Padded to the longest they are ${longest.places} places (${figure(longest.ms)} ms), ` +
      `padded to ${all.length} they are ${all.places} (${figure(all.ms)} ms): ${figure(all.places / tokenCount)} places for each token.`,
  )
}

export const baselineStep: Check<'baseline-step'> = ({ ranks, input }) => {
  const { loss, lossAfterUpdate, withoutZeroGrad, dropout, update } = ranks[0]!.probe
  const doubling = withoutZeroGrad.normTwice / withoutZeroGrad.normOnce
  // AdamW's first update goes one learning rate against the gradient's sign, whatever its size.
  const wrongWay = update.after.some((after, index) => Math.sign(after - update.before[index]!) !== -Math.sign(update.gradient[index]!))
  return unless(
    [
      lossAfterUpdate >= loss && `The loss did not fall: ${figure(loss)} before the update, ${figure(lossAfterUpdate)} after it.`,
      wrongWay && 'A parameter did not go against its gradient.',
      Math.abs(doubling - 2) > 0.01 && `A second backward pass made ${figure(doubling)} times the gradient, not twice.`,
      dropout.evaluation[0] !== dropout.evaluation[1] && 'Two passes in evaluation mode gave two losses.',
      dropout.training[0] === dropout.training[1] && 'Two passes in training mode gave the same loss: nothing was dropped.',
    ],
    `One step at ${input.learningRate} brought the loss from ${loss.toFixed(4)} to ${lossAfterUpdate.toFixed(4)}. Without zero_grad the ` +
      `gradient would have been ${figure(doubling)} times as large. With dropout the same batch costs ${dropout.training[0].toFixed(3)} and ${dropout.training[1].toFixed(3)}.`,
  )
}

/** How far the loss must move to count as learning; and what counts as standing still. */
const learns = 0.1
const stands = 0.02

export const learningRates: Check<'learning-rates'> = ({ ranks }) => {
  const { curves, validationLossBefore: before } = ranks[0]!.probe
  const [low, right, high] = curves as [(typeof curves)[0], (typeof curves)[0], (typeof curves)[0]]
  const fall = (curve: typeof low): number => before - (curve.validationLoss ?? Infinity)
  const peak = Math.max(...high.losses)
  return unless(
    [
      fall(low) > stands && `The lowest rate, ${low.learningRate}, has learned already (${figure(fall(low))}): choose a lower one.`,
      fall(right) < learns &&
        `At ${right.learningRate} the validation loss fell by ${figure(fall(right))}; at least ${learns} is asked for.`,
      !high.diverged && peak < 2 * before && `The highest rate, ${high.learningRate}, did no harm: its loss stayed below ${figure(peak)}.`,
    ],
    `Validation loss ${before.toFixed(2)} before. At ${low.learningRate} it moved by ${figure(Math.abs(fall(low)))}, at ${right.learningRate} it fell to ` +
      `${right.validationLoss?.toFixed(2)}, at ${high.learningRate} the training loss ${high.diverged ? 'became no number' : `jumped to ${figure(peak)}`}.`,
  )
}

export const samplerGrid: Check<'sampler-grid'> = ({ ranks, worldSize }) => {
  const { rowCount, epochs } = ranks[0]!.probe
  const read = epochs.map((_, epoch) => ranks.flatMap(({ probe }) => probe.epochs[epoch]!.flat()))
  const notOnce = read.findIndex((rows) => rows.length !== rowCount || new Set(rows).size !== rowCount)
  return unless(
    [
      notOnce >= 0 &&
        `In epoch ${notOnce} ${read[notOnce]!.length} rows were read, ${new Set(read[notOnce]).size} different ones, of ${rowCount}.`,
      epochs.length > 1 && allEqual(read.map(String)) && 'Every epoch came in the same order.',
    ],
    `In each of ${epochs.length} epochs ${worldSize} ranks read all ${rowCount} rows, each exactly once, and every epoch in another order.`,
  )
}
