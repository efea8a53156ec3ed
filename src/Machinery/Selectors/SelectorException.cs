namespace Navarch.Machinery.Selectors;

/// <summary>A selector that cannot be parsed. The message can be shown to the caller.</summary>
public sealed class SelectorException(string message) : Exception(message);
