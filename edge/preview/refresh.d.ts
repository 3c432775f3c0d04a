// react-refresh's runtime as the origin serves it (edge/preview/files.py): the package's own file, made an ES module.

export function injectIntoGlobalHook(target: object): void;
export function isLikelyComponentType(type: unknown): boolean;
export function register(type: unknown, name: string): void;
export function createSignatureFunctionForTransform(): (...parameters: unknown[]) => unknown;
export function performReactRefresh(): unknown;
