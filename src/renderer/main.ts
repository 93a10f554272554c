/** Entry of the renderer: the way to the lab first, then the page. */
import '@fontsource-variable/ibm-plex-sans/wght.css';
import '@fontsource/ibm-plex-mono/400.css';
import './theme/tokens.css';
import './theme/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { connect } from './host/index.ts';
import { startLive } from './state/live.svelte.ts';

startLive(await connect());
mount(App, { target: document.getElementById('app') as HTMLElement });
