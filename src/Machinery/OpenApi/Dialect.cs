namespace Navarch.Machinery.OpenApi;

/// <summary>The version of OpenAPI a document is written in.</summary>
internal enum Dialect
{
    V2,
    V3,
}
