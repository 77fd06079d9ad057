import { mount } from 'svelte';
import './app.css';
import './page.css';
import App from './App.svelte';
import { Preferences } from './preferences.svelte.ts';

mount(App, { target: document.body, props: { preferences: await Preferences.load() } });
