// An engine that computes nothing: it speaks the protocol and does what the run's id or the call's parameters say.
import process from 'node:process';

const { SCRIPT = '' } = process.env;
const send = (message) => process.send(message);

if (SCRIPT === 'unable') {
  process.send(
    {
      kind: 'unable',
      problem: {
        code: 'setup/native-missing',
        message: 'The native engine is not built.',
        hint: 'Run `npm run setup`.',
        details: null,
      },
    },
    () => process.exit(1),
  );
} else if (SCRIPT === 'crash at start') {
  console.error('cannot load');
  process.exit(7);
} else if (SCRIPT !== 'silent at start') {
  send({
    kind: 'ready',
    device: { device: 'cpu', why: 'scripted', cores: 1, tensorflow: '0', variant: 'cpu' },
    labs: [],
  });
}
const beat = setInterval(() => send({ kind: 'heartbeat', rssBytes: 123e6 }), 20);

let train;
const ended = (kind) => {
  const end = {
    kind,
    run: train.task.id,
    steps: 1,
    seconds: 1,
    examplesPerSecond: null,
    plan: 'graph',
    device: 'cpu',
    peakRssBytes: 1,
    metrics: { train: {}, validation: {}, test: {} },
    weightsSha256: null,
  };
  send({ kind: 'run', id: train.id, event: { kind: 'ended', end } });
  send({ kind: 'result', id: train.id, value: end });
};

process.on('message', (message) => {
  if (SCRIPT === 'silent at start') return;
  if (message.kind === 'train') {
    train = message;
    const { id } = message.task;
    if (id === 'quick') setTimeout(() => ended('completed'), 50);
    if (id === 'crash') {
      for (let i = 1; i <= 60; i++) console.error(`line ${i}`);
      setTimeout(() => process.exit(3), 50);
    }
    if (id === 'abort') process.abort();
    if (id === 'out of memory') {
      console.error("terminate called after throwing an instance of 'std::bad_alloc'");
      setTimeout(() => process.abort(), 50);
    }
    if (id === 'problem')
      send({
        kind: 'problem',
        id: message.id,
        problem: { code: 'train/not-finite', message: 'Step 3.', hint: 'Lower.', details: null },
      });
    if (id === 'hang') clearInterval(beat);
  }
  if (message.kind === 'control' && message.action === 'stop' && train.task.id !== 'deaf') ended('stopped');
  if (message.kind === 'call') {
    const { id } = message.params;
    if (id === 'crash') process.exit(4);
    if (id === 'wait') return;
    send({ kind: 'update', id: message.id, value: 'half' });
    send({
      kind: 'result',
      id: message.id,
      value: [process.env.GRADIENT_LAB_DEVICE, process.env.GRADIENT_LAB_THREADS, process.pid],
    });
  }
  if (message.kind === 'cancel')
    send({
      kind: 'problem',
      id: message.id,
      problem: { code: 'data/aborted', message: 'Stopped.', hint: null, details: null },
    });
});
process.on('disconnect', () => process.exit(0));
