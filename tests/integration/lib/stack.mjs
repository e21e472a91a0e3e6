// The containers of the stack under test: end one, stop one, look into one. Only those of our own
// compose project.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { until } from './until.mjs';

const run = promisify(execFile);
export const project = process.env.COMPOSE_PROJECT_NAME ?? 'neaptide-test';

/** Bounded: a client whose engine is killed under it may wait for ever. */
export async function docker(...args) {
  const { stdout } = await run('docker', args, { maxBuffer: 64 << 20, timeout: 60_000 });
  return stdout.trim();
}

/** Ids of the containers of a compose service, running ones unless all is true. */
export async function containers(service, { all = false } = {}) {
  const ids = await docker(
    'ps', '-q', ...(all ? ['-a'] : []),
    '--filter', `label=com.docker.compose.project=${project}`,
    '--filter', `label=com.docker.compose.service=${service}`,
  );
  return ids.split('\n').filter(Boolean);
}

export async function container(service) {
  const [id] = await containers(service);
  if (!id) throw new Error(`no container of ${service} runs`);
  return id;
}

/** A signal to the program itself: process 1 of its container is an init that would keep it. */
export async function signal(service, name) {
  const find = 'for dir in /proc/[0-9]*; do case $(readlink $dir/exe) in */neaptide-*) kill -$0 ${dir#/proc/};; esac; done';
  return docker('exec', await container(service), 'sh', '-c', find, name);
}

/**
 * kill -9 from outside the container, as a crash: the restart policy must bring it back. (docker
 * kill would count as asked for, and policy unless-stopped would leave it down.)
 */
export async function crash(service) {
  const id = await container(service);
  const pid = await docker('inspect', '-f', '{{.State.Pid}}', id);
  const before = await docker('inspect', '-f', '{{.RestartCount}} {{.State.StartedAt}}', id);
  await docker('run', '--rm', '--pid=host', '--network=none', toolImage, 'sh', '-c', `kill -9 ${pid}`);
  await until(`${service} to be restarted`, async () => {
    const now = await docker('inspect', '-f', '{{.RestartCount}} {{.State.StartedAt}}', id);
    return now !== before && (await docker('inspect', '-f', '{{.State.Running}}', id)) === 'true';
  });
}

/** An image of ours, for the one-line helper above. */
const toolImage = 'neaptide/base';

export async function exec(service, ...command) {
  return docker('exec', await container(service), ...command);
}

/** A command against the Docker Engine of a local host. */
export async function innerDocker(host, ...args) {
  return exec(engineOf(host), 'docker', '-H', 'unix:///run/neaptide/docker.sock', ...args);
}

export const engineOf = (host) => (host === 'host-1' ? 'engine-1' : `engine-${host}`);
export const hosts = ['host-1', 'spare-1'];

/** [{ host, id, server, state }] of the containers of all local hosts that carry our label. */
export async function serverContainers({ all = true } = {}) {
  const rows = [];
  for (const host of hosts) {
    const text = await innerDocker(
      host, 'ps', ...(all ? ['-a'] : []), '--no-trunc', '--filter', 'label=io.neaptide.server',
      '--format', '{{.ID}} {{.State}} {{.Label "io.neaptide.server"}} {{.Names}}',
    );
    for (const line of text.split('\n').filter(Boolean)) {
      const [id, state, server, name] = line.split(' ');
      rows.push({ host, id, state, server, name });
    }
  }
  return rows;
}
