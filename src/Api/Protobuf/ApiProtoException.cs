namespace Navarch.Api.Protobuf;

/// <summary>Bytes that are not the protobuf message they should be. The message can be shown to the caller.</summary>
public sealed class ApiProtoException(string message) : Exception(message);
