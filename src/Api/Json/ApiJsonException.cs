namespace Navarch.Api.Json;

/// <summary>JSON that is malformed or does not fit the type it is read into. The message can be shown to the caller.</summary>
public sealed class ApiJsonException(string message, Exception? inner = null) : Exception(message, inner);
