/** Entry of our contestants' processes: the first argument says which, the rest is its own. See ../peers.ts. */
const [worker, ...args] = process.argv.slice(2)

// Each worker imports what it needs: the all-reduce should not carry TensorFlow.js.
switch (worker) {
  case 'engine':
    await (await import('./engine.ts')).default(args)
    break
  case 'optimizer':
    await (await import('./optimizer.ts')).default(args)
    break
  case 'allreduce':
    await (await import('./allreduce.ts')).default(args)
    break
  case 'recipe':
    await (await import('./recipe.ts')).default(args)
    break
  case 'step':
    await (await import('./step.ts')).default(args)
    break
  case 'inference':
    await (await import('./inference.ts')).default(args)
    break
  case 'pipeline':
    await (await import('./pipeline.ts')).default(args)
    break
  case 'model-server':
    await (await import('./model-server.ts')).default(args)
    break
  default:
    throw new Error(`No worker ${worker}`)
}

export {}
