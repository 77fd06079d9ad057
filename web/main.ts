import { mount } from 'svelte';
import './app.css';
import './page.css';
import App from './App.svelte';
import { Preferences } from './settings/preferences.svelte.ts';

async function start(): Promise<void> {
  try {
    mount(App, { target: document.body, props: { preferences: await Preferences.load() } });
  } catch (error) {
    // Without a table of texts the page cannot know which language to use.
    document.body.textContent = 'Aperto did not load: reload the page. / O Aperto não carregou: recarregue a página.';
    throw error;
  }
}

// Not awaited here: the chunk with the texts imports this one, and would wait for it forever.
void start();
