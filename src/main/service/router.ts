/** The contract's procedures, each in a line or two. */
import { implement } from '@orpc/server';
import { contract } from '../../shared/contract.ts';
import type { PassageEvent } from '../../shared/text-inspect.ts';
import { toContractError } from './answer-errors.ts';
import { MODEL_ENDINGS } from '../../shared/run-files.ts';
import { exportFolder, exportText } from './exports.ts';
import type { ServiceParts } from './parts.ts';
import { exportsFolder } from './places.ts';
import { importRun } from './run-imports.ts';
import { withProgress } from './with-progress.ts';

export type LabRouter = ReturnType<typeof makeRouter>;

export function makeRouter(parts: ServiceParts) {
  const { home, engines, labs, data, status, hub, publish, log } = parts;
  const os = implement(contract).use(async ({ next }) => {
    try {
      return await next();
    } catch (error) {
      throw toContractError(error, log);
    }
  });

  return os.router({
    app: {
      status: os.app.status.handler(() => status.current()),
      events: os.app.events.handler(async ({ signal }) => {
        parts.onWindow();
        const events = hub.subscribe(signal);
        events.unshift({ kind: 'status', status: await status.current() });
        return events;
      }),
      settings: os.app.settings.handler(() => parts.settings()),
      changeSettings: os.app.changeSettings.handler(async ({ input }) => {
        const settings = await parts.history().changeSettings(input);
        engines.configure(settings);
        publish({ kind: 'settings', settings });
        return settings;
      }),
    },

    labs: {
      list: os.labs.list.handler(() => labs.get()),
    },

    runs: {
      list: os.runs.list.handler(({ input }) => parts.history().list(input)),
      get: os.runs.get.handler(({ input }) => parts.history().get(input.run)),
      start: os.runs.start.handler(({ input }) => parts.runs().start(input)),
      pause: os.runs.pause.handler(({ input }) => parts.runs().pause(input.run)),
      resume: os.runs.resume.handler(({ input }) => parts.runs().resume(input.run)),
      stop: os.runs.stop.handler(({ input }) => parts.runs().stop(input.run)),
      change: os.runs.change.handler(async ({ input }) => {
        const run = parts.runs().renew(await parts.history().change(input.run, input.changes));
        publish({ kind: 'run', run });
        return run;
      }),
      delete: os.runs.delete.handler(async ({ input }) => {
        const runs = await parts.history().delete(input.runs);
        for (const run of runs) publish({ kind: 'run', run });
        return runs;
      }),
      restore: os.runs.restore.handler(async ({ input }) => {
        const runs = await parts.history().restore(input.runs);
        for (const run of runs) publish({ kind: 'run', run });
        return runs;
      }),
      curves: os.runs.curves.handler(({ input: { runs, names, after } }) =>
        parts.history().curves(runs, names, after),
      ),
      metricNames: os.runs.metricNames.handler(({ input }) => parts.history().metricNames(input.run)),
      histograms: os.runs.histograms.handler(({ input }) => parts.history().histograms(input.run)),
      export: os.runs.export.handler(({ input }) => exportText(parts.history(), input.run, input.format)),
      exportFolder: os.runs.exportFolder.handler(async ({ input }) => ({
        path: await exportFolder(parts.history(), input.run, { home, parent: exportsFolder(home) }),
      })),
      exportModel: os.runs.exportModel.handler(async ({ input: { run, format }, signal }) => {
        const { id } = await parts.history().get(run);
        const model = await parts.runs().model(run);
        const bytes = await engines.call('runs.exportModel', { run: id, model, format }, { signal });
        return { fileName: `${id}.${MODEL_ENDINGS[format]}`, bytes };
      }),
      planStart: os.runs.planStart.handler(({ input: { lab, settings }, signal }) =>
        parts.runs().planStart(lab, settings, signal),
      ),
      import: os.runs.import.handler(async ({ input }) => {
        const run = await importRun(parts.history(), engines, input);
        publish({ kind: 'run', run });
        return run;
      }),
    },

    data: {
      list: os.data.list.handler(() => data.list()),
      fetch: os.data.fetch.handler(({ input }) => data.fetch(input.id)),
      cancelFetch: os.data.cancelFetch.handler(({ input }) => data.cancelFetch(input.id)),
      verify: os.data.verify.handler(({ input, signal }) => engines.call('data.verify', input, { signal })),
      import: os.data.import.handler(({ input }) => data.import(input)),
      preview: os.data.preview.handler(({ input, signal }) =>
        engines.call('data.preview', input, { signal }),
      ),
      remove: os.data.remove.handler(({ input }) => data.remove(input.id)),
      statistics: os.data.statistics.handler(({ input, signal }) =>
        engines.call('data.statistics', input, { signal }),
      ),
      texts: os.data.texts.handler(({ input, signal }) => engines.call('data.texts', input, { signal })),
      text: os.data.text.handler(({ input, signal }) => engines.call('data.text', input, { signal })),
      textPadding: os.data.textPadding.handler(({ input, signal }) =>
        engines.call('data.textPadding', input, { signal }),
      ),
      textStatistics: os.data.textStatistics.handler(({ input, signal }) =>
        engines.call('data.textStatistics', input, { signal }),
      ),
      examples: os.data.examples.handler(({ input, signal }) =>
        engines.call('data.examples', input, { signal }),
      ),
      example: os.data.example.handler(({ input, signal }) =>
        engines.call('data.example', input, { signal }),
      ),
      augmented: os.data.augmented.handler(({ input, signal }) =>
        engines.call('data.augmented', input, { signal }),
      ),
    },

    models: {
      list: os.models.list.handler(({ signal }) => engines.call('models.list', {}, { signal })),
      import: os.models.import.handler(({ input: { path, as }, signal }) =>
        engines.call('models.import', { path, ...(as !== undefined && { as }) }, { signal }),
      ),
      remove: os.models.remove.handler(async ({ input, signal }) => {
        await engines.call('models.remove', input, { signal });
      }),
    },

    vectors: {
      list: os.vectors.list.handler(({ signal }) => engines.call('vectors.list', {}, { signal })),
      import: os.vectors.import.handler(({ input: { path, name }, signal }) =>
        engines.call('vectors.import', { path, ...(name !== undefined && { name }) }, { signal }),
      ),
      remove: os.vectors.remove.handler(async ({ input, signal }) => {
        await engines.call('vectors.remove', input, { signal });
      }),
    },

    inspect: {
      predict: os.inspect.predict.handler(async ({ input: { run, image }, signal }) =>
        engines.call('inspect.predict', { model: await parts.runs().model(run), image }, { signal }),
      ),
      picture: os.inspect.picture.handler(async ({ input: { run, bytes, name }, signal }) =>
        engines.call('inspect.picture', { model: await parts.runs().model(run), bytes, name }, { signal }),
      ),
      model: os.inspect.model.handler(async ({ input: { run }, signal }) =>
        engines.call('inspect.model', { model: await parts.runs().model(run) }, { signal }),
      ),
      weights: os.inspect.weights.handler(async ({ input: { run }, signal }) =>
        engines.call('inspect.weights', { model: await parts.runs().model(run) }, { signal }),
      ),
      predictions: os.inspect.predictions.handler(async ({ input: { run, split }, signal }) =>
        engines.call('inspect.predictions', { model: await parts.runs().model(run), split }, { signal }),
      ),
      readText: os.inspect.readText.handler(async ({ input: { run, ...asked }, signal }) =>
        engines.call('inspect.readText', { model: await parts.runs().model(run), ...asked }, { signal }),
      ),
      textUnits: os.inspect.textUnits.handler(async ({ input: { run, ...asked }, signal }) =>
        engines.call('inspect.textUnits', { model: await parts.runs().model(run), ...asked }, { signal }),
      ),
      textActivation: os.inspect.textActivation.handler(async ({ input: { run, ...asked }, signal }) =>
        engines.call(
          'inspect.textActivation',
          { model: await parts.runs().model(run), ...asked },
          { signal },
        ),
      ),
      textSaliency: os.inspect.textSaliency.handler(async ({ input: { run, ...asked }, signal }) =>
        engines.call('inspect.textSaliency', { model: await parts.runs().model(run), ...asked }, { signal }),
      ),
      textWithoutEach: os.inspect.textWithoutEach.handler(async ({ input: { run, ...asked }, signal }) =>
        engines.call(
          'inspect.textWithoutEach',
          { model: await parts.runs().model(run), ...asked },
          { signal },
        ),
      ),
      passages: os.inspect.passages.handler(async ({ input: { run, ...asked } }) => {
        const model = await parts.runs().model(run);
        return withProgress<PassageEvent>(log, (options) =>
          engines.call('inspect.passages', { model, ...asked }, options),
        );
      }),
      gradientReach: os.inspect.gradientReach.handler(async ({ input: { run }, signal }) =>
        engines.call('inspect.gradientReach', { model: await parts.runs().model(run) }, { signal }),
      ),
      textExample: os.inspect.textExample.handler(async ({ input: { run, ...asked }, signal }) =>
        engines.call('inspect.textExample', { model: await parts.runs().model(run), ...asked }, { signal }),
      ),
    },
  });
}
