/**
 * The failures of a process group, in words for the person who watches the run. Every one of them ends the group
 * before the optimizer step: a half-summed gradient is never used.
 *
 * The error of the rank that failed first travels round the ring (an `abort` frame), so that all ranks report the
 * same cause. What a rank only knows as "my neighbour is gone" is `PeerLost` until the group puts the collective's
 * name to it.
 */
import { LabError } from '../../shared/contract/errors.ts'

/** The connection to a neighbour ended; which collective it hit is not known at this level. */
export class PeerLost extends Error {
  override readonly name = 'PeerLost'
  readonly peer: number

  constructor(peer: number, options?: { cause?: unknown }) {
    super(`connection to rank ${peer} was lost`, options)
    this.peer = peer
  }
}

/** `during` names a collective: 'all-reduce, step 12'. */
export function connectionLost(lost: PeerLost, during: string): LabError {
  return new LabError(
    {
      code: 'RANK_FAILED',
      title: `Connection to rank ${lost.peer} was lost during ${during}`,
      cause: `The process of rank ${lost.peer} ended or closed its connection while other ranks were working with it.`,
      suggestion: `Look at the log of rank ${lost.peer}: its last lines say why it ended. Then resume from the last checkpoint.`,
    },
    { cause: lost },
  )
}

export function collectiveTimeout(peer: number, during: string, timeoutMs: number): LabError {
  return new LabError({
    code: 'COLLECTIVE_TIMEOUT',
    title: `Rank ${peer} did not answer in time during ${during}`,
    cause: `This rank waited ${timeoutMs / 1000} s for rank ${peer}, which is stopped, overloaded or itself waiting for a rank beyond it.`,
    suggestion: 'Close other programs or train with fewer ranks, then resume from the last checkpoint.',
  })
}

/** `problems`: what went wrong in the attempts to reach them, newest last; may be empty. */
export function joinTimeout(missing: readonly number[], timeoutMs: number, problems: readonly string[]): LabError {
  const ranks = missing.map((rank) => `rank ${rank}`).join(' and ')
  return new LabError({
    code: 'COLLECTIVE_TIMEOUT',
    title: `The process group is not complete: ${ranks} did not join`,
    cause: [`No connection with ${ranks} within ${timeoutMs / 1000} s.`, ...problems].join(' '),
    suggestion: 'Look at the logs of the missing ranks: they may have failed while starting, or need more time on a busy machine.',
  })
}

/** A frame is whole, but is not the one that the receiver expects next. */
export function desync(field: string, expected: string, received: string, peer: number): LabError {
  return new LabError({
    code: 'COLLECTIVE_DESYNC',
    title: `Rank ${peer} is out of step with this rank`,
    cause: `Rank ${peer} sent ${field} ${received} where ${field} ${expected} was expected.`,
    suggestion:
      'No update was made from it. Resume from the last checkpoint; if it happens again, the ranks do not run the same code on the same configuration.',
  })
}

/** Bytes changed on their way. Checksums in hexadecimal. */
export function corrupt(part: string, peer: number, detail: string): LabError {
  return new LabError({
    code: 'COLLECTIVE_CORRUPT',
    title: `Data from rank ${peer} arrived damaged`,
    cause: `The ${part} of a message from rank ${peer} is not what was sent: ${detail}.`,
    suggestion: 'No update was made from it. Resume from the last checkpoint; if it happens again, test the memory of this machine.',
  })
}

export function addressTaken(rank: number, address: string): LabError {
  return new LabError({
    code: 'PORT_IN_USE',
    title: `The address of rank ${rank} is already taken`,
    cause: `Another process answers at ${address}: a rank of an earlier attempt is still running.`,
    suggestion: 'Wait a few seconds for it to end, or end it, then start again.',
  })
}

export function groupClosed(rank: number): LabError {
  return new LabError({
    code: 'RANK_FAILED',
    title: `Rank ${rank} has left the process group`,
    cause: 'The group was closed on this rank; no collective can run on it any more.',
    suggestion: 'Start or resume the run to form a new group.',
  })
}
