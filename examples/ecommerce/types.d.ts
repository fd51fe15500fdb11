// What the framework's package declares, as far as these steps use it, so that the example type-checks alone.
declare module 'motia' {
  export interface Logger {
    debug(message: string, fields?: object): void
    info(message: string, fields?: object): void
    warn(message: string, fields?: object): void
    error(message: string, fields?: object): void
  }

  export interface State {
    get<T>(group: string, key: string): Promise<T | null>
    set<T>(group: string, key: string, value: T): Promise<T>
    delete<T>(group: string, key: string): Promise<T | null>
    getGroup<T>(group: string): Promise<T[]>
  }

  export interface Stream {
    get<T>(groupId: string, id: string): Promise<T | null>
    set<T>(groupId: string, id: string, item: T): Promise<T>
  }

  export interface Context {
    traceId: string
    logger: Logger
    state: State
    streams: Record<string, Stream>
    emit(message: { topic: string; data: object }): Promise<void>
  }

  export interface ApiRequest {
    body: unknown
    headers: Record<string, string>
    pathParams: Record<string, string>
    queryParams: Record<string, string | string[]>
  }

  export interface ApiResponse {
    status: number
    headers?: Record<string, string>
    body: unknown
  }

  export interface ApiRouteConfig {
    type: 'api'
    name: string
    description?: string
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
    path: string
    bodySchema?: unknown
    responseSchema?: Record<number, unknown>
    emits: string[]
    flows?: string[]
  }

  export interface EventConfig {
    type: 'event'
    name: string
    description?: string
    subscribes: string[]
    emits: string[]
    input?: unknown
    flows?: string[]
  }

  export interface StreamConfig {
    name: string
    schema: unknown
    baseConfig: { storageType: 'default' }
  }

  export type ApiHandler = (req: ApiRequest, ctx: Context) => Promise<ApiResponse>
  export type EventHandler<Input> = (input: Input, ctx: Context) => Promise<void>
}
