import type { components } from './schema';

type S = components['schemas'];

export type Access = S['Access'];
export type Accuracy = S['Accuracy'];
export type Catalogue = S['Catalogue'];
export type Curve = S['Curve'];
export type Fit = S['Fit'];
export type ForecastSeries = S['ForecastSeries'];
export type Forecasts = S['Forecasts'];
export type Host = S['Host'];
export type HostAnswer = S['HostAnswer'];
export type Link = S['Link'];
export type LinkInfo = S['LinkInfo'];
export type LoadNow = S['LoadNow'];
export type LoadSeries = S['LoadSeries'];
export type LoadTick = S['LoadTick'];
export type Me = S['Me'];
export type Message = S['Message'];
export type Mode = S['Pool']['mode'];
export type Move = S['Move'];
export type Plan = S['Plan'];
export type Pool = S['Pool'];
export type Preview = S['Preview'];
export type Problem = S['Problem'];
export type Quota = S['Quota'];
export type QuotaUse = S['QuotaUse'];
export type Rejected = S['Rejected'];
export type Resources = S['Resources'];
export type Server = S['Server'];
export type ServerAnswer = S['ServerAnswer'];
export type ServerEvent = S['ServerEvent'];
export type ServerState = S['ServerState'];
export type Session = S['Session'];
export type Setup = S['Setup'];
export type SignIn = S['SignIn'];
export type Size = S['Size'];
export type StreamEvent = S['StreamEvent'];
export type Task = S['Task'];
export type Template = S['Template'];
export type Tide = S['Tide'];
export type TideHost = S['TideHost'];
export type Token = S['Token'];
export type User = S['User'];
export type Window = S['Window'];

export interface Page<T> {
  items: T[];
  next: string | null;
}
