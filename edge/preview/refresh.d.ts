// What react-refresh does not say of itself.

declare module "react-refresh/runtime" {
  export function injectIntoGlobalHook(target: object): void;
  export function isLikelyComponentType(type: unknown): boolean;
  export function register(type: unknown, name: string): void;
  export function createSignatureFunctionForTransform(): (...parameters: unknown[]) => unknown;
  export function performReactRefresh(): unknown;
}
