// The state of a small pretended installation: people, hosts, servers, a window and its plan.
import { randomUUID } from 'node:crypto';
import { GIB, MIB, CATALOGUE, SIZES } from './catalogue.mjs';
import { band, DAY, expected, HOUR, measured, MINUTE, serverShare, STEP } from './curves.mjs';

// Tuesday 24 November 2026, 10:12 in Seoul.
const LOAD0 = Date.UTC(2026, 10, 24, 1, 12);
const HOSTS = [
  ['host-1', 'active', 8000, 32],
  ['host-2', 'active', 8000, 32],
  ['host-3', 'active', 16000, 64],
  ['spare-1', 'spare', 8000, 32]
];

export class World {
  /**
   * `hosts` makes more of them (0 makes none), `short` has too little history for forecasts, `mode` is
   * the balancer's, `waiting` keeps planned moves in their plan only.
   */
  constructor({ empty = false, setup = false, port = 8088, hosts, short = false, mode = 'automatic', waiting = false } = {}) {
    this.port = port;
    this.wall0 = Date.now();
    this.mode = mode;
    this.short = short;
    this.waiting = waiting;
    this.poolRevision = 3;
    this.setup = setup;
    this.token = 'fake-token-0123456789';
    this.polls = 0;
    this.users = [];
    this.servers = [];
    this.events = [];
    this.tasks = [];
    this.tokens = [];
    this.sessions = new Map();
    const more = hosts === undefined ? [] : Array.from({ length: Math.max(0, hosts - HOSTS.length) }, (_value, index) => [`host-${index + 4}`, 'active', 8000, 32]);
    const rows = hosts === undefined ? HOSTS : [...HOSTS.slice(0, 3), ...more, HOSTS[3]].slice(0, hosts);
    this.hosts = rows.map(([host, role, cpu, gib]) => ({ host, role, cpu, mem: gib * GIB, cordoned: false, revision: 1 }));
    if (!setup) {
      this.admin = this.addUser('admin', 'password', 'admin', 8000, 16 * GIB, 20);
      this.minji = this.addUser('minji', 'password', 'person', 4000, 4 * GIB, 5);
      if (!empty) this.seed();
    }
  }

  now() {
    return LOAD0 + (Date.now() - this.wall0);
  }

  addUser(name, password, role, cpu, mem, servers) {
    const user = {
      user: randomUUID(),
      name,
      password,
      role,
      language: 'en',
      changed_ms: LOAD0 - 9 * DAY,
      revision: 1,
      limit: { cpu_milli: cpu, mem_bytes: mem, servers }
    };
    this.users.push(user);
    return user;
  }

  seed() {
    const make = (name, owner, template, size, host, more = {}) =>
      this.addServer({ name, title: name, owner, template, size, host, state: 'running', ...more });
    this.web1 = make('web-1', this.minji, 'web', 'medium', 'host-1', { title: 'Course site', granted: 700 });
    make('notes', this.minji, 'files', 'small', 'host-2');
    make('study', this.minji, 'shell', 'medium', 'host-3', { state: 'stopped' });
    this.lab = make('lab-3', this.admin, 'shell', 'large', 'host-1');
    make('archive', this.admin, 'files', 'medium', 'host-3', {
      state: 'failed',
      fault: { code: 'image-missing', params: { image: 'neaptide/files', host: 'host-3' }, message: 'No such image', at_ms: LOAD0 }
    });
    const gpu = make('render', this.admin, 'shell', 'large', 'host-1');
    const at = (hours, minutes = 0) => LOAD0 - 12 * MINUTE + (hours - 10) * HOUR + minutes * MINUTE;
    this.window = {
      window: `host-1/cpu/${at(13)}`,
      host: 'host-1',
      resource: 'cpu',
      from_ms: at(13),
      to_ms: at(16),
      peak_pct: 97,
      probability: 0.88,
      threshold_pct: 90,
      recurring: { days: 'weekdays', from_minute: 780, to_minute: 960, seen: 9, of: 10 },
      contributors: [
        { server: this.lab.server, name: 'lab-3', share_pct: 41 },
        { server: this.web1.server, name: 'web-1', share_pct: 22 },
        { server: gpu.server, name: 'render', share_pct: 17 }
      ],
      issued_ms: LOAD0
    };
    this.planId = randomUUID();
    this.planned = {
      move: randomUUID(),
      server: this.web1.server,
      name: 'web-1',
      from: 'host-1',
      to: 'spare-1',
      phase: 'planned',
      since_ms: LOAD0,
      cutover_at_ms: at(12, 40),
      ended_ms: null,
      pause_ms: 1000,
      plan: this.planId,
      reason: null
    };
    this.doneMove = {
      ...this.planned,
      move: randomUUID(),
      server: this.servers[1].server,
      name: 'notes',
      from: 'host-3',
      to: 'host-2',
      phase: 'done',
      cutover_at_ms: at(10 - 13),
      ended_ms: at(10 - 13),
      pause_ms: 480,
      plan: null
    };
    this.web1.planned_move = this.planned;
    this.web1.reason = {
      key: 'fits.partly-until',
      params: { cpu_milli: 700, requested_cpu_milli: 1000, given_pct: 81, full_after_ms: at(16) }
    };
    const curve = (host, delta) => {
      const steps = Array.from({ length: 96 }, (_value, index) => LOAD0 + index * 15 * MINUTE);
      const without = steps.map((ms) => Math.round(expected(host, ms) * 10) / 10);
      return {
        host,
        from_ms: LOAD0,
        step_ms: 15 * MINUTE,
        without_pct: without,
        with_pct: without.map((value, index) =>
          steps[index] >= this.planned.cutover_at_ms && steps[index] < at(16, 20) ? Math.round(value * delta * 10) / 10 : value
        )
      };
    };
    this.plan = {
      plan: this.planId,
      at_ms: LOAD0 - 20 * MINUTE,
      mode: 'automatic',
      state: 'applied',
      host: 'host-1',
      window: this.window,
      moves: [
        {
          move: this.planned.move,
          server: this.web1.server,
          name: 'web-1',
          from: 'host-1',
          to: 'spare-1',
          cutover_at_ms: this.planned.cutover_at_ms,
          pause_ms: 1000,
          bytes: 48 * MIB,
          reason: { key: 'move.window', params: { name: 'web-1', host: 'host-1', to: 'spare-1', resource: 'cpu', from_ms: String(this.window.from_ms), to_ms: String(this.window.to_ms), peak_pct: '85', to_peak_pct: '22', gain_ms: String(165 * MINUTE) } },
          state: 'planned'
        }
      ],
      reason: {
        key: 'plan.window',
        params: {
          host: 'host-1',
          resource: 'cpu',
          from_ms: String(this.window.from_ms),
          to_ms: String(this.window.to_ms),
          peak_pct: '97',
          probability: '0.88',
          count: '1'
        }
      },
      curves: [curve('host-1', 0.87), curve('spare-1', 3.6)],
      rejected: [
        { server: this.lab.server, name: 'lab-3', to: 'host-2', from_peak_pct: 58, to_peak_pct: 94, reason: { key: 'reject.target-over', params: { name: 'lab-3', to: 'host-2', to_peak_pct: '94.2' } } },
        { server: gpu.server, name: 'render', to: 'spare-1', from_peak_pct: 81, to_peak_pct: 32, reason: { key: 'reject.cool-down', params: { name: 'render', moved_at_ms: String(at(6)) } } }
      ],
      helped: null,
      revision: 2
    };
    this.oldPlan = {
      ...this.plan,
      plan: randomUUID(),
      at_ms: LOAD0 - DAY - HOUR,
      state: 'done',
      host: 'host-3',
      window: { ...this.window, host: 'host-3', window: 'old', from_ms: at(10 - 14), to_ms: at(10 - 11) },
      moves: [
        { ...this.plan.moves[0], move: this.doneMove.move, name: 'notes', from: 'host-3', to: 'host-2', cutover_at_ms: this.doneMove.cutover_at_ms, pause_ms: 480, state: 'done' }
      ],
      curves: [],
      rejected: [],
      helped: { key: 'plan.helped', params: { host: 'host-3', peak_pct: '83.1', from_ms: String(at(10 - 14)), to_ms: String(at(10 - 11)) } }
    };
    const running = { state: 'running', created_ms: Date.now() - 21_000, ended_ms: null };
    this.task('create', this.web1, this.minji);
    this.task('start', this.servers[4], this.admin, {
      state: 'failed',
      problem: { type: '/problems/image-missing', code: 'image-missing', status: 409, title: '', detail: '', next: '', params: { image: 'neaptide/files', host: 'host-3' }, trace_id: '0'.repeat(32) }
    });
    this.task('move', this.servers[1], this.admin, { ...running, stage: { key: 'task.copying', params: {} }, bytes_done: 31 * MIB, bytes_total: 48 * MIB });
    this.task('restart', this.lab, this.admin, { ...running, state: 'waiting', stage: { key: 'task.waiting', params: {} } });
    this.events.push(
      this.event(this.servers[1], 'moved', { from: 'host-3', to: 'host-2', pause_ms: 480 }, 13 * HOUR),
      this.event(this.web1, 'resized', { cpu_milli: 1000, mem_bytes: GIB }, 3 * HOUR),
      this.event(this.servers[2], 'stopped', { host: 'host-3' }, 2 * HOUR),
      this.event(this.servers[4], 'failed', { host: 'host-3' }, 20 * MINUTE)
    );
  }

  signIn(kind, title, current) {
    return { session: randomUUID(), kind, title, created_ms: Date.now() - DAY, expires_ms: Date.now() + 30 * DAY, last_used_ms: Date.now() - HOUR, address: '10.0.0.7', current };
  }

  task(kind, server, user, more = {}) {
    const task = {
      task: randomUUID(), kind, subject: server.server, name: server.name, ownerUser: user, state: 'done', stage: null, bytes_done: null,
      bytes_total: null, created_ms: Date.now() - HOUR, ended_ms: Date.now() - HOUR + 2400, problem: null, after: `${server.server}@1`, ...more
    };
    this.tasks.unshift(task);
    return task;
  }

  taskView({ ownerUser: _owner, ...task }) {
    return task;
  }

  event(server, kind, params, agoMs = 0) {
    return {
      event: randomUUID(),
      server: server.server,
      name: server.name,
      kind,
      at_ms: this.now() - agoMs,
      host: server.host,
      message: { key: `event.${kind}`, params: { name: server.name, ...params } }
    };
  }

  addServer({ name, title, owner, template, size, host, state, granted, fault }) {
    const wanted = SIZES.find((item) => item.size === size);
    const requested = { cpu_milli: wanted.cpu_milli, mem_bytes: wanted.mem_bytes };
    const grant = { ...requested, ...(granted ? { cpu_milli: granted } : {}) };
    const server = {
      server: randomUUID(),
      name,
      title,
      ownerUser: owner,
      template,
      size,
      state,
      since_ms: this.now() - HOUR,
      host,
      requested,
      granted: grant,
      applied: state === 'running' ? { ...grant } : null,
      move: null,
      planned_move: null,
      pinned: false,
      reason: null,
      fault: fault ?? null,
      created_ms: this.now() - 3 * DAY,
      generation: 1,
      revision: 1,
      seed: this.servers.length + 1
    };
    this.servers.push(server);
    return server;
  }

  serverView(server) {
    const template = CATALOGUE.templates.find((item) => item.template === server.template);
    const { ownerUser, seed, ...rest } = server;
    const running = server.state === 'running';
    const actions = [];
    if (server.state === 'stopped' || server.state === 'failed') actions.push('start');
    if (running) actions.push('stop', 'restart');
    if (['running', 'stopped', 'failed'].includes(server.state)) actions.push('resize', 'rename', 'pin', 'delete');
    if (running) actions.push('move');
    if (server.planned_move) actions.push('stay', 'defer', 'consent');
    const ssh = server.template === 'shell';
    return {
      ...rest,
      owner: ownerUser.user,
      owner_name: ownerUser.name,
      actions,
      restart: template.restart,
      address: {
        url: ssh ? null : `http://${server.name}.s.localhost:${this.port}`,
        ssh: ssh
          ? { host: 'console.localhost', port: 22014 + seed, user: 'me', command: `ssh -p ${22014 + seed} me@console.localhost` }
          : null,
        tcp: []
      },
      load: running ? this.serverLoad(server, this.now()) : null
    };
  }

  serverLoad(server, ms) {
    const share = serverShare(server.seed, ms);
    const mem = 0.2 + 0.03 * (server.seed % 7) + share * 0.2;
    return {
      at_ms: ms,
      cpu_milli: Math.round(share * server.granted.cpu_milli),
      mem_bytes: Math.round(mem * server.granted.mem_bytes),
      cpu_pct: share * 100,
      mem_pct: mem * 100,
      source: 'redis',
      older: false
    };
  }

  hostLoad(host, ms) {
    const cpu = measured(host.host, ms);
    const mem = 30 + cpu * 0.3;
    return {
      at_ms: ms,
      cpu_milli: Math.round((cpu / 100) * host.cpu),
      mem_bytes: Math.round((mem / 100) * host.mem),
      cpu_pct: cpu,
      mem_pct: mem,
      source: 'redis',
      older: false
    };
  }

  hostView(host) {
    const here = this.servers.filter((server) => server.host === host.host);
    const now = this.now();
    let peak = { at_ms: now, value: 0 };
    for (let ms = now; ms < now + DAY; ms += STEP) {
      const value = expected(host.host, ms);
      if (value > peak.value) peak = { at_ms: ms, value };
    }
    const sum = (field) => here.reduce((total, server) => total + server.granted[field], 0);
    return {
      host: host.host,
      role: host.role,
      cordoned: host.cordoned,
      draining: false,
      reachable: true,
      capacity: { cpu_milli: host.cpu, mem_bytes: host.mem },
      given: { cpu_milli: sum('cpu_milli'), mem_bytes: sum('mem_bytes') },
      servers: here.length,
      load: this.hostLoad(host, now),
      peak: { resource: 'cpu', at_ms: peak.at_ms, p50_pct: Math.min(100, peak.value), p90_pct: Math.min(100, peak.value + 4) },
      engine: '20.10.24',
      seen_ms: Date.now(),
      clock_wrong: false,
      playback: false,
      revision: host.revision
    };
  }

  quota(user) {
    const mine = this.servers.filter((server) => server.ownerUser === user);
    const used = {
      cpu_milli: mine.reduce((sum, server) => sum + server.requested.cpu_milli, 0),
      mem_bytes: mine.reduce((sum, server) => sum + server.requested.mem_bytes, 0),
      servers: mine.length
    };
    const left = Object.fromEntries(Object.keys(used).map((key) => [key, Math.max(0, user.limit[key] - used[key])]));
    return { limit: user.limit, used, left };
  }

  userView(user) {
    const { user: id, name, role, language, changed_ms, revision } = user;
    return { user: id, name, role, language, disabled: user.disabled === true, invited: user.password === undefined, changed_ms, revision, quota: this.quota(user) };
  }

  pool() {
    return {
      mode: this.mode,
      clock: { load0_ms: LOAD0, wall0_ms: this.wall0, rate: 1 },
      now_ms: this.now(),
      time_zone: 'Asia/Seoul',
      moves_per_hour: 6,
      cool_down_ms: 6 * HOUR,
      act_probability: 0.3,
      threshold_pct: 90,
      leader: true,
      revision: this.poolRevision
    };
  }

  preview(user, template, resized) {
    const quota = this.quota(user);
    const items = SIZES.map((size) => {
      const requested = { cpu_milli: size.cpu_milli, mem_bytes: size.mem_bytes };
      const back = resized?.requested ?? { cpu_milli: 0, mem_bytes: 0 };
      const fit = { size: size.size, requested, fits: 'now', granted: requested, full_after_ms: null, largest: null };
      if (size.mem_bytes - back.mem_bytes > quota.left.mem_bytes) {
        return { ...fit, fits: 'quota', granted: null, sentence: { key: 'fits.quota-memory', params: { limit_bytes: quota.limit.mem_bytes, left_bytes: quota.left.mem_bytes } } };
      }
      if (size.cpu_milli - back.cpu_milli > quota.left.cpu_milli) {
        return { ...fit, fits: 'quota', granted: null, sentence: { key: 'fits.quota-cpu', params: { limit_milli: quota.limit.cpu_milli, left_milli: quota.left.cpu_milli } } };
      }
      if (size.size === 'medium') {
        const params = { cpu_milli: 700, requested_cpu_milli: 1000, given_pct: 81, full_after_ms: this.now() + 6 * HOUR - 12 * MINUTE };
        return { ...fit, fits: 'partly', granted: { ...requested, cpu_milli: 700 }, full_after_ms: params.full_after_ms, sentence: { key: 'fits.partly-until', params } };
      }
      return { ...fit, sentence: { key: 'fits.now', params: { ...requested } } };
    });
    return { template, items, quota };
  }

  loadSeries(subject, at, limits, fromMs, toMs, points) {
    const steps = [5000, MINUTE, STEP, 30 * MINUTE, 2 * HOUR];
    const step = steps.find((value) => (toMs - fromMs) / value <= points * 2) ?? 2 * HOUR;
    const begin = Math.floor(fromMs / step) * step;
    const out = { subject, from_ms: begin, step_ms: step, cpu_milli: [], cpu_milli_max: [], mem_bytes: [], mem_bytes_max: [], ...limits, older: false };
    for (let ms = begin; ms + step <= toMs; ms += step) {
      const load = at(ms + step / 2);
      out.cpu_milli.push(load?.cpu_milli ?? null);
      out.cpu_milli_max.push(load ? load.cpu_milli * 1.1 : null);
      out.mem_bytes.push(load?.mem_bytes ?? null);
      out.mem_bytes_max.push(load?.mem_bytes ?? null);
    }
    return out;
  }

  forecast(subject, limit, unit, resource, at) {
    const now = Math.floor(this.now() / STEP) * STEP;
    const rows = Array.from({ length: 576 }, (_value, index) => at(now + index * STEP));
    return {
      subject,
      resource,
      unit,
      issued_ms: now,
      from_ms: now,
      step_ms: STEP,
      p10: rows.map((row) => row.p10),
      p50: rows.map((row) => row.p50),
      p90: rows.map((row) => row.p90),
      limit,
      model: 'seasonal-level',
      band: 'residual',
      history_days: 14,
      need_days: 2,
      enough: true,
      accuracy: { scored: 2016, mae: limit * 0.031, mae_naive: limit * 0.058, coverage_pct: 81 }
    };
  }

  hostForecast(host) {
    const now = this.now();
    const scaled = (limit) => (ms) => {
      const row = band(host.host, ms, now);
      return { p10: (row.p10 / 100) * limit, p50: (row.p50 / 100) * limit, p90: (row.p90 / 100) * limit };
    };
    return {
      items: [
        this.forecast(host.host, host.cpu, 'cpu_milli', 'cpu', scaled(host.cpu)),
        this.forecast(host.host, host.mem, 'mem_bytes', 'memory', (ms) => {
          const row = scaled(host.mem)(ms);
          return { p10: host.mem * 0.3 + row.p10 * 0.3, p50: host.mem * 0.3 + row.p50 * 0.3, p90: host.mem * 0.3 + row.p90 * 0.3 };
        })
      ]
    };
  }

  serverForecast(server) {
    if (server.seed > 3) {
      const empty = this.forecast(server.server, server.granted.cpu_milli, 'cpu_milli', 'cpu', () => ({ p10: 0, p50: 0, p90: 0 }));
      return { items: [{ ...empty, p10: [], p50: [], p90: [], enough: false, history_days: 0.6, accuracy: null }] };
    }
    const cpu = server.granted.cpu_milli;
    const at = (ms) => {
      const middle = serverShare(server.seed, ms) * cpu;
      return { p10: middle * 0.7, p50: middle, p90: Math.min(cpu, middle * 1.4) };
    };
    return { items: [this.forecast(server.server, cpu, 'cpu_milli', 'cpu', at)] };
  }

  tide(resource) {
    const now = this.now();
    const from = Math.floor((now - DAY) / STEP) * STEP;
    const begin = Math.floor(now / STEP) * STEP;
    const view = (host, value) => (resource === 'cpu' ? value : 30 + value * 0.3);
    const hosts = this.hosts.map((host) => {
      const past = [];
      for (let ms = from; ms < begin; ms += STEP) past.push(view(host, measured(host.host, ms)));
      const ahead = Array.from({ length: this.short ? 0 : 288 }, (_value, index) => band(host.host, begin + index * STEP, now));
      return {
        host: host.host,
        role: host.role,
        cordoned: host.cordoned,
        reachable: true,
        capacity: { cpu_milli: host.cpu, mem_bytes: host.mem },
        load: this.hostLoad(host, now),
        past: { from_ms: from, step_ms: STEP, load_pct: past, max_pct: past },
        ahead: {
          from_ms: begin,
          step_ms: STEP,
          p10_pct: ahead.map((row) => view(host, row.p10)),
          p50_pct: ahead.map((row) => view(host, row.p50)),
          p90_pct: ahead.map((row) => view(host, row.p90)),
          enough: !this.short,
          history_days: this.short ? 0.4 : 14,
          need_days: 2,
          accuracy: null
        },
        windows: this.window && this.window.host === host.host && resource === 'cpu' ? [this.window] : []
      };
    });
    const w = this.window;
    const m = this.planned;
    const sentence = !w
      ? [{ key: 'tide.fine', params: { count: 4 } }]
      : [
          { key: 'tide.fine', params: { count: 3 } },
          { key: 'tide.window', params: { host: w.host, resource: 'cpu', from_ms: w.from_ms, to_ms: w.to_ms, peak_pct: w.peak_pct, probability: w.probability } },
          this.mode === 'off'
            ? { key: 'tide.mode-off', params: { host: w.host } }
            : { key: 'tide.move', params: { server: m.server, name: m.name, from: m.from, to: m.to, at_ms: m.cutover_at_ms, pause_ms: m.pause_ms } }
        ];
    return {
      now_ms: now,
      resource,
      limit_pct: 90,
      mode: this.mode,
      sentence,
      hosts,
      moves: [this.waiting ? null : this.planned, this.doneMove].filter(Boolean),
      older: false
    };
  }
}
