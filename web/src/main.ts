import { mount } from 'svelte';
import './tokens.css';
import './app.css';
import App from './App.svelte';
import { useLanguage } from './lib/i18n/messages.svelte';
import { startClock } from './lib/store/clock.svelte';
import { firstLanguage, startPrefs } from './lib/store/prefs.svelte';
import { restoreSession } from './lib/store/session.svelte';
import { startRouter } from './lib/router.svelte';

startRouter();
startPrefs();
startClock();
// Texts and session are asked for side by side; nothing is drawn before there are words.
const session = restoreSession();
await useLanguage(firstLanguage());
mount(App, { target: document.getElementById('app')! });
await session;
