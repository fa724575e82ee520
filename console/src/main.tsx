/** The console's entry. */
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/queries.ts';
import { App } from './app.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/forms.css';
import './styles/lists.css';
import './styles/plot.css';
import './styles/pages.css';
import './styles/queue.css';
import './styles/amounts.css';
import './styles/people.css';
import './styles/records.css';
import './styles/narrow.css';
import './styles/request.css';
import './styles/previews.css';
import './styles/decision.css';
import './styles/posture.css';
import './styles/stacking.css';
import './styles/ingress.css';
import './styles/settings.css';

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  );
}
