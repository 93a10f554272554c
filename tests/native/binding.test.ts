/** The native binding through its TypeScript face: each method, and each bad moment to call it. */
import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { binding, readSetupRecord } from '../../src/engine/runtime/index.ts';
import type { NativeBinding, OpAttribute, TensorMeta } from '../../src/engine/runtime/binding.ts';

const native = binding();
const FLOAT = native.TF_FLOAT;
const ofType: OpAttribute = { name: 'T', type: native.TF_ATTR_TYPE, value: FLOAT };

const floats = (values: number[], shape = [values.length]): number =>
  native.createTensor(shape, FLOAT, Float32Array.from(values));
const read = (id: number): number[] => Array.from(native.tensorDataSync(id) as Float32Array);
const square = (id: number): TensorMeta => native.executeOp('Square', [ofType], [id], 1)[0] as TensorMeta;

/** Captures x -> f(x) for a vector of two floats under `name`. */
function captured(name: string, f: (x: TensorMeta) => TensorMeta = (x) => square(x.id)): void {
  native.beginCapture();
  const x = native.addInput([2], FLOAT);
  native.endCapture(name, [x.id], [f(x).id]);
}

/** Runs a program in a process of its own, with the binding as `b`: what would bring this one down, or must come first. */
function alone(program: string): { status: number | null; stdout: string; stderr: string } {
  const file = JSON.stringify(readSetupRecord()?.native);
  return spawnSync(process.execPath, ['-e', `const b = require(${file}); ${program}`], { encoding: 'utf8' });
}

const wrong = (value: unknown): never => value as never;

afterEach(() => {
  while (native.capturing()) native.abortCapture();
});

describe('configure', () => {
  it('comes before the first tensor, and never after', () => {
    native.devices();
    expect(() => native.configure({ intraOpThreads: 1 })).toThrow('already in use');
  });

  it('sets the threads, and refuses numbers that no machine has', () => {
    const { stdout, stderr, status } = alone(`
      for (const threads of [-1, 1025, 2 ** 31]) {
        try { b.configure({ intraOpThreads: threads }); console.log('taken', threads); } catch (e) { console.log(e.message); }
      }
      b.configure({ intraOpThreads: 1, interOpThreads: 1, useGpu: false });
      console.log(b.devices().map((device) => device.type).join());`);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    expect(stdout).toMatch(/^(configure: Expected 0 to 1024 threads, got -?\d+\n){3}CPU(,CPU)*\n$/);
  });
});

describe('devices', () => {
  it('are named, with their type and memory', () => {
    const [cpu] = native.devices();
    expect(cpu).toMatchObject({ type: 'CPU' });
    expect(cpu?.name).toContain('CPU:0');
    expect(cpu?.memoryBytes).toBeGreaterThan(0);
    expect(native.isUsingGpuDevice()).toBe(native.devices().some((device) => device.type === 'GPU'));
  });
});

describe('createTensor, tensorDataSync and deleteTensor', () => {
  it.each<[string, number, ArrayBufferView]>([
    ['float32', native.TF_FLOAT, Float32Array.of(1.5, -2)],
    ['float64', native.TF_DOUBLE, Float64Array.of(Math.PI, 1e300)],
    ['int32', native.TF_INT32, Int32Array.of(-1, 2 ** 31 - 1)],
    ['int64', native.TF_INT64, BigInt64Array.of(-1n, 2n ** 60n)],
    ['uint8', native.TF_UINT8, Uint8Array.of(0, 255)],
    ['uint16', native.TF_UINT16, Uint16Array.of(0, 65_535)],
    ['bool', native.TF_BOOL, Uint8Array.of(0, 1)],
  ])('bring %s there and back', (_, dtype, values) => {
    const id = native.createTensor([2], dtype, values);
    expect(native.tensorDataSync(id)).toEqual(values);
    native.deleteTensor(id);
  });

  it('copy: what JavaScript does with its array later changes nothing', () => {
    const values = Float32Array.of(1, 2);
    const id = native.createTensor([2], FLOAT, values);
    values[0] = 9;
    const out = native.tensorDataSync(id) as Float32Array;
    out[1] = 9;
    expect(read(id)).toEqual([1, 2]);
  });

  it('take a part of an array, shared memory, an empty tensor, and shapes as numbers or Int32Array', () => {
    expect(read(native.createTensor([2], FLOAT, Float32Array.of(1, 2, 3, 4).subarray(1, 3)))).toEqual([2, 3]);
    const shared = new Float32Array(new SharedArrayBuffer(8));
    shared[1] = 7;
    expect(read(native.createTensor([2], FLOAT, shared))).toEqual([0, 7]);
    expect(read(native.createTensor([0, 3], FLOAT, new Float32Array(0)))).toEqual([]);
    expect(read(native.createTensor(wrong(Int32Array.of(1, 1)), FLOAT, Float32Array.of(5)))).toEqual([5]);
  });

  it('bring byte strings there and back, and free them', () => {
    const strings = [new Uint8Array(0), Uint8Array.of(0, 255, 0), new Uint8Array(1000).fill(7)];
    const id = native.createTensor([3], native.TF_STRING, strings);
    expect(native.tensorDataSync(id)).toEqual(strings);
    native.deleteTensor(id);

    const before = process.memoryUsage().rss;
    const large = [new Uint8Array(1e6)];
    for (let i = 0; i < 300; i++) native.deleteTensor(native.createTensor([1], native.TF_STRING, large));
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['too few values', () => floats([1], [2]), /Expected 8 bytes for shape \[2\], got 4/],
    ['too many values', () => floats([1, 2, 3], [2]), /Expected 8 bytes for shape \[2\], got 12/],
    ['a negative size', () => floats([], [-1]), /Invalid shape \[-1\]/],
    ['a shape beyond all memory', () => floats([], [2 ** 31, 2 ** 31, 2 ** 31]), /too many elements/],
    ['bytes beyond all memory', () => floats([], [2 ** 52, 2 ** 11]), /too many elements/],
    ['sizes that are no whole numbers', () => floats([1], [1.5]), /whole numbers/],
    ['sizes that are no numbers', () => floats([1], [NaN]), /whole numbers/],
    ['no shape', () => native.createTensor(wrong(null), FLOAT, new Float32Array(1)), /number\[\]/],
    ['no values', () => native.createTensor([1], FLOAT, wrong(null)), /typed array/],
    ['plain numbers', () => native.createTensor([1], FLOAT, wrong([1])), /typed array/],
    ['a dtype that is none', () => native.createTensor([0], 9999, new Uint8Array(0)), /Unsupported dtype 9999/],
    ['a dtype without plain values', () => native.createTensor([0], 20, new Uint8Array(0)), /Unsupported dtype 20/],
    ['too few strings', () => native.createTensor([2], native.TF_STRING, [new Uint8Array(1)]), /2 strings .* got 1/],
    ['strings as text', () => native.createTensor([1], native.TF_STRING, wrong(['a'])), /Uint8Array elements/],
    ['strings as numbers', () => native.createTensor([1], native.TF_STRING, wrong([new Float32Array(1)])), /Uint8Array/],
    ['too few arguments', () => (native.createTensor as (...none: never[]) => unknown)(), /Expected createTensor\(/],
    ['a detached array', () => native.createTensor([1], FLOAT, detached()), /Expected 4 bytes .* got 0/],
    ['reading what never was', () => native.tensorDataSync(10 ** 9), /Unknown tensor 1000000000/],
    ['deleting what never was', () => native.deleteTensor(wrong('x')), /Unknown tensor/],
  ])('refuse %s', (_, act, message) => {
    const before = native.getNumOfTensors();
    expect(act).toThrow(message);
    expect(native.getNumOfTensors()).toBe(before);
  });

  it('know a tensor until it is deleted, once', () => {
    const before = native.getNumOfTensors();
    const id = floats([1]);
    expect(native.getNumOfTensors()).toBe(before + 1);
    native.deleteTensor(id);
    expect(native.getNumOfTensors()).toBe(before);
    expect(() => native.deleteTensor(id)).toThrow('Unknown tensor');
    expect(() => native.tensorDataSync(id)).toThrow('Unknown tensor');
    expect(() => square(id)).toThrow(`Square: Unknown tensor ${id}`);
  });
});

function detached(): Float32Array {
  const array = new Float32Array(1);
  structuredClone(array, { transfer: [array.buffer] });
  return array;
}

describe('executeOp', () => {
  it('runs an op and returns ids, shapes and dtypes', () => {
    const result = square(floats([2, -3]));
    expect(result).toMatchObject({ shape: [2], dtype: FLOAT });
    expect(read(result.id)).toEqual([4, 9]);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['an op that is none', () => native.executeOp('Nope', [], [], 1), /^Nope: .*Nope/],
    ['too few inputs', () => native.executeOp('AddV2', [ofType], [floats([1])], 1), /^AddV2: .*2/],
    ['shapes that do not fit', () => native.executeOp('AddV2', [ofType], [floats([1, 2]), floats([1, 2, 3])], 1), /^AddV2: .*\[2\].*\[3\]/],
    ['attributes that are no records', () => native.executeOp('Square', wrong([5]), [floats([1])], 1), /\{name, type, value\}/],
    ['no attributes', () => native.executeOp('Square', wrong(null), [floats([1])], 1), /array was expected/],
    ['an attribute of an unknown type', () => native.executeOp('Square', [{ name: 'T', type: 999, value: 1 }], [floats([1])], 1), /Unsupported type 999/],
    ['ids that are no list', () => native.executeOp('Square', [ofType], wrong(5), 1), /number\[\]/],
    ['a number of outputs beyond reason', () => native.executeOp('Square', [ofType], [floats([1])], 2e9), /2000000000/],
    ['fewer outputs than there are', () => native.executeOp('Square', [ofType], [floats([1])], 0), /1 outputs/],
    ['too few arguments', () => (native.executeOp as (...none: never[]) => unknown)(), /Expected executeOp\(/],
  ])('refuses %s, with the name of the op', (_, act, message) => {
    expect(act).toThrow(message);
  });
});

describe('a capture', () => {
  it('becomes a function that can be called again and again, also by XLA and off the thread', async () => {
    captured('squares');
    const x = floats([3, -4]);
    expect(read(native.callFunction('squares', [x], false)[0]?.id as number)).toEqual([9, 16]);
    expect(read(native.callFunction('squares', [x], true)[0]?.id as number)).toEqual([9, 16]);
    const [result] = await native.callFunctionAsync('squares', [x], false);
    expect(read(result?.id as number)).toEqual([9, 16]);
    expect(native.functionDefinition('squares').toString('latin1')).toContain('Square');
    native.removeFunction('squares');
  });

  it('adds nodes while it is open, runs nothing, and gives no values', () => {
    native.beginCapture();
    expect(native.capturing()).toBe(true);
    const x = native.addInput([2], FLOAT);
    const y = square(x.id);
    expect(y.shape).toEqual([2]);
    expect(() => native.tensorDataSync(x.id)).toThrow('the value of an input was asked for');
    expect(() => native.tensorDataSync(y.id)).toThrow('the value of a Square was asked for');
    native.abortCapture();
    expect(native.capturing()).toBe(false);
  });

  it('knows the values that follow from constants alone', () => {
    native.beginCapture();
    expect(read(square(floats([5])).id)).toEqual([25]);
    native.abortCapture();
  });

  it('leaves tensors without values behind: they fail by name, however they are used later', () => {
    const lost: TensorMeta[] = [];
    captured('lost', (x) => {
      lost.push(x, square(x.id));
      return lost[1] as TensorMeta;
    });
    native.removeFunction('lost');
    for (const { id } of lost) {
      expect(() => native.tensorDataSync(id)).toThrow('has no value outside of it');
      expect(() => square(id)).toThrow('has no value outside of it');
      native.beginCapture();
      expect(() => square(id)).toThrow('another step');
      expect(() => native.endCapture('lost2', [], [id])).toThrow('another step');
      native.abortCapture();
      native.deleteTensor(id);
    }
  });

  it('takes large tensors from outside along, and holds them', () => {
    const large = native.createTensor([1000], FLOAT, new Float32Array(1000).fill(2));
    native.beginCapture();
    const x = native.addInput([1000], FLOAT);
    const [sum] = native.executeOp('AddV2', [ofType], [x.id, large], 1);
    const { constantBytes } = native.endCapture('held', [x.id], [sum?.id as number]);
    expect(constantBytes).toBe(0);
    native.deleteTensor(large);
    const ones = native.createTensor([1000], FLOAT, new Float32Array(1000).fill(1));
    expect(read(native.callFunction('held', [ones], false)[0]?.id as number).every((v) => v === 3)).toBe(true);
    native.removeFunction('held');
  });

  it('refuses a tensor that will change', () => {
    const variable = floats([1, 2]);
    native.setMutable([variable]);
    native.beginCapture();
    expect(() => square(variable)).toThrow('uses a variable that is not passed');
    native.abortCapture();
    native.setMutable([]);
    expect(read(square(variable).id)).toEqual([1, 4]);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['an input outside of any capture', () => native.addInput([1], FLOAT), /open capture/],
    ['an end outside of any capture', () => native.endCapture('none', [], []), /open capture/],
    ['an input of a negative size', () => (native.beginCapture(), native.addInput([-1], FLOAT)), /Invalid shape \[-1\]/],
    ['an input of no dtype', () => (native.beginCapture(), native.addInput([1], 999)), /999/],
    ['an op that is none', () => (native.beginCapture(), native.executeOp('Nope', [], [], 1)), /Nope/],
    ['too few inputs of an op', () => (native.beginCapture(), native.executeOp('AddV2', [ofType], [floats([1])], 1)), /AddV2: Expected 2 inputs, got 1/],
    ['shapes that do not fit', () => (native.beginCapture(), native.executeOp('AddV2', [ofType], [floats([1, 2]), floats([1, 2, 3])], 1)), /AddV2/],
    ['more outputs than an op has', () => (native.beginCapture(), native.executeOp('Square', [ofType], [floats([1])], 2)), /Expected 2 outputs, got 1/],
    ['an output that is no tensor', () => (native.beginCapture(), native.endCapture('none', [], [10 ** 9])), /none: Unknown tensor/],
    ['a shape that depends on values', () => (native.beginCapture(), native.executeOp('Where', [ofType], [native.addInput([3], FLOAT).id], 1)), /Where: the shape of its output depends on values/],
  ])('refuses %s', (_, act, message) => {
    expect(act).toThrow(message);
  });

  it('cannot take the name of a function that is there', () => {
    captured('twice');
    native.beginCapture();
    const x = native.addInput([2], FLOAT);
    const y = square(square(x.id).id);
    expect(() => native.endCapture('twice', [x.id], [y.id])).toThrow('twice');
    native.abortCapture();
    expect(read(native.callFunction('twice', [floats([2, 3])], false)[0]?.id as number)).toEqual([4, 9]);
    native.removeFunction('twice');
  });

  it('nests, and an inner one that is given up leaves the outer one as it was', () => {
    native.beginCapture();
    const x = native.addInput([2], FLOAT);
    native.beginCapture();
    square(native.addInput([2], FLOAT).id);
    native.abortCapture();
    expect(native.capturing()).toBe(true);
    native.endCapture('outer', [x.id], [square(x.id).id]);
    expect(read(native.callFunction('outer', [floats([1, 2])], false)[0]?.id as number)).toEqual([1, 4]);
    native.removeFunction('outer');
  });
});

describe('callFunction and callFunctionAsync', () => {
  it.each<[string, (call: Call) => unknown, RegExp]>([
    ['a function that is none', (call) => call('nowhere', []), /Unknown function "nowhere"/],
    ['too few inputs', (call) => call('called', []), /called: Expected 1 inputs, got 0/],
    ['too many inputs', (call) => call('called', [floats([1, 2]), floats([1, 2])]), /called: Expected 1 inputs, got 2/],
    ['an input that is gone', (call) => call('called', [10 ** 9]), /called: Unknown tensor/],
    ['another dtype', (call) => call('called', [native.createTensor([2], native.TF_INT32, Int32Array.of(1, 2))]), /float.*int32/],
    ['inputs that are no list', (call) => call('called', wrong('x')), /number\[\]/],
  ])('refuse %s', async (_, act, message) => {
    captured('called');
    const calls: Call[] = [
      (name, ids) => native.callFunction(name, ids, false),
      (name, ids) => native.callFunctionAsync(name, ids, false),
    ];
    for (const call of calls) {
      const attempt = async () => await act(call);
      await expect(attempt()).rejects.toThrow(message);
    }
    native.removeFunction('called');
  });

  it('hold inputs and function for as long as they run', async () => {
    native.beginCapture();
    const x = native.addInput([400, 400], FLOAT);
    let y = x;
    for (let i = 0; i < 20; i++) y = native.executeOp('MatMul', [ofType], [y.id, x.id], 1)[0] as TensorMeta;
    native.endCapture('slow', [x.id], [y.id]);
    const identity = Float32Array.from({ length: 160_000 }, (_, i) => Number(i % 401 === 0));
    const input = native.createTensor([400, 400], FLOAT, identity);
    const running = [1, 2, 3].map(() => native.callFunctionAsync('slow', [input], false));
    native.deleteTensor(input);
    native.removeFunction('slow');
    expect(() => native.callFunction('slow', [], false)).toThrow('Unknown function');
    for (const results of await Promise.all(running)) {
      expect(native.tensorDataSync(results[0]?.id as number)).toEqual(identity);
    }
  });

  it('run on one thread in a context of its own, from and to the same tensors', async () => {
    captured('narrow');
    const x = floats([3, 4]);
    const [once] = native.callFunction('narrow', [x], false, true);
    expect(read(once?.id as number)).toEqual([9, 16]);
    const [twice] = await native.callFunctionAsync('narrow', [once?.id as number], true, true);
    expect(read(twice?.id as number)).toEqual([81, 256]);
    expect(read(square(once?.id as number).id)).toEqual([81, 256]);
    const [again] = native.callFunction('narrow', [twice?.id as number], false);
    expect(read(again?.id as number)).toEqual([6561, 65536]);
    const running = native.callFunctionAsync('narrow', [x], false, true);
    native.removeFunction('narrow');
    expect(read((await running)[0]?.id as number)).toEqual([9, 16]);
    expect(() => native.callFunction('narrow', [x], false, true)).toThrow('Unknown function');
    // Its name is free in both contexts.
    captured('narrow', (y) => square(square(y.id).id));
    expect(read(native.callFunction('narrow', [x], false, true)[0]?.id as number)).toEqual([81, 256]);
    native.removeFunction('narrow');
  });

  it('give the error of an op that fails while it runs', async () => {
    native.beginCapture();
    const size = native.addInput([1], native.TF_INT32);
    const x = native.addInput([2], FLOAT);
    const type = (name: string, value: number): OpAttribute => ({ name, type: native.TF_ATTR_TYPE, value });
    const axis = native.createTensor([], native.TF_INT32, Int32Array.of(0));
    const [row] = native.executeOp(
      'GatherV2',
      [type('Tparams', FLOAT), type('Tindices', native.TF_INT32), type('Taxis', native.TF_INT32), { name: 'batch_dims', type: native.TF_ATTR_INT, value: 0 }],
      [x.id, size.id, axis],
      1,
    );
    native.endCapture('gathers', [size.id, x.id], [row?.id as number]);
    const beyond = native.createTensor([1], native.TF_INT32, Int32Array.of(5));
    expect(() => native.callFunction('gathers', [beyond, floats([1, 2])], false)).toThrow(/5.*not in \[0, 2\)/);
    await expect(native.callFunctionAsync('gathers', [beyond, floats([1, 2])], false)).rejects.toThrow(/not in \[0, 2\)/);
    native.removeFunction('gathers');
  });
});

type Call = (name: string, ids: readonly number[]) => unknown;

describe('removeFunction and functionDefinition', () => {
  it('forget a function, whose name is then free, and say so of one that is not there', () => {
    captured('gone');
    native.removeFunction('gone');
    native.removeFunction('gone'); // twice is no error
    expect(() => native.functionDefinition('gone')).toThrow('Unknown function "gone"');
    captured('gone', (x) => square(square(x.id).id));
    expect(read(native.callFunction('gone', [floats([1, 2])], false)[0]?.id as number)).toEqual([1, 16]);
    native.removeFunction('gone');
  });
});

describe('a process', () => {
  it('may end while a call is under way', () => {
    const { status, stderr } = alone(`
      b.beginCapture();
      const x = b.addInput([800, 800], b.TF_FLOAT);
      let y = x;
      for (let i = 0; i < 50; i++) [y] = b.executeOp('MatMul', [], [y.id, x.id], 1);
      b.endCapture('slow', [x.id], [y.id]);
      void b.callFunctionAsync('slow', [b.createTensor([800, 800], b.TF_FLOAT, new Float32Array(640000))], false);
      setTimeout(() => process.exit(7), 20);`);
    expect({ status, stderr }).toEqual({ status: 7, stderr: '' });
  });

  it('has a runtime of its own in each worker thread', () => {
    const { status, stdout } = alone(`
      const { Worker } = require('node:worker_threads');
      b.createTensor([1], b.TF_FLOAT, new Float32Array(1));
      const program = 'const b = require(' + ${JSON.stringify(JSON.stringify(readSetupRecord()?.native))} + ');' +
        'const x = b.createTensor([2], b.TF_FLOAT, Float32Array.of(3, 4));' +
        'console.log([...b.tensorDataSync(b.executeOp("Square", [], [x], 1)[0].id)].join(), b.getNumOfTensors());';
      new Worker(program, { eval: true }).on('exit', () => console.log(b.getNumOfTensors()));`);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '9,16 2\n1\n' });
  });
});

// Every name of the typed face is there, and nothing else that can be called.
it('exports what its TypeScript face says', () => {
  const methods = Object.entries(native)
    .filter(([, value]) => typeof value === 'function')
    .map(([name]) => name);
  const face: Record<KeyOfMethods, true> = {
    configure: true,
    devices: true,
        releaseMemory: true,
        recurrentKernels: true,
    isUsingGpuDevice: true,
    createTensor: true,
    deleteTensor: true,
    tensorDataSync: true,
    getNumOfTensors: true,
    executeOp: true,
    capturing: true,
    beginCapture: true,
    addInput: true,
    endCapture: true,
    abortCapture: true,
    setMutable: true,
    removeFunction: true,
    functionDefinition: true,
    callFunction: true,
    callFunctionAsync: true,
  };
  expect(methods.sort()).toEqual(Object.keys(face).sort());
});

type KeyOfMethods = {
  [K in keyof NativeBinding]: NativeBinding[K] extends (...args: never[]) => unknown ? K : never;
}[keyof NativeBinding];
