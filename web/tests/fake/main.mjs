// node tests/fake/main.mjs [port]: a pretended installation. Sign in as admin or minji, "password".
import { startFake } from './server.mjs';

const setup = process.argv.includes('--setup');
const port = Number(process.argv.find((word) => /^\d+$/.test(word)) ?? 8090);
const fake = await startFake({ port, scenario: { setup, empty: process.argv.includes('--empty') } });
console.log(setup ? `${fake.url}/#/setup?token=${fake.token()}` : fake.url);
