import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  type MiddlewareConsumer,
  Module,
  type NestModule,
} from '@nestjs/common';
import type { Handler } from '../http/handler.ts';
import { type Middleware, type Mountable, toMiddleware } from './connect.ts';
import type { NodeHandlerOptions } from './node.ts';

export type { Middleware, Mountable } from './connect.ts';
export type { NodeHandlerOptions, NodeRequest, NodeResponse } from './node.ts';

/**
 * A middleware for NestJS, on Express or on Fastify, which also does HTTP/2. Apply it to the whole
 * app: a global prefix does not concern it.
 * @example app.use(toNest(handler));
 */
export const toNest = (handler: Mountable, options?: NodeHandlerOptions): Middleware =>
  toMiddleware(handler, options);

/**
 * The same as a module, which also drains the streams when the app shuts down
 * (`app.enableShutdownHooks()` for SIGTERM). With a global prefix, use `toNest`.
 * @example imports: [nftUpgradeModule(handler)]
 */
export function nftUpgradeModule(handler: Handler, options?: NodeHandlerOptions): DynamicModule {
  class NftUpgradeModule implements NestModule, BeforeApplicationShutdown {
    configure(consumer: MiddlewareConsumer): void {
      consumer
        .apply(toMiddleware(handler, options))
        .forRoutes(...handler.mounts.flatMap((mount) => [mount, `${mount}/{*rest}`]));
    }
    async beforeApplicationShutdown(): Promise<void> {
      await handler.drain();
    }
  }
  // As a call: decorators are no syntax that every runtime strips.
  Module({})(NftUpgradeModule);
  return { module: NftUpgradeModule };
}
