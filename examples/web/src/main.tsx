import '@fontsource-variable/geist/wght.css';
import '@fontsource-variable/geist-mono/wght.css';
import './styles/index.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { useText } from './preferences/preferences.ts';
import { getSite } from './session/api.ts';
import { createSession } from './session/session.ts';

const NoServer = () => (
  <p className="notice" role="alert">
    {useText().session.noServer}
  </p>
);

const root = createRoot(document.getElementById('root') as HTMLElement);
getSite().then(
  (site) =>
    root.render(
      <StrictMode>
        <App page={{ site, session: createSession() }} />
      </StrictMode>,
    ),
  () =>
    root.render(
      <main className="page">
        <NoServer />
      </main>,
    ),
);
