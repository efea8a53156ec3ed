namespace Navarch.ApiServer.Tests.Server;

/// <summary>One server for all tests of a class; each test keeps to a namespace of its own.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private int namespaces;

    internal TestServer Server { get; private set; } = null!;

    internal HttpClient Admin => Server.Admin;

    public async ValueTask InitializeAsync() => Server = await TestServer.StartAsync();

    public async ValueTask DisposeAsync() => await Server.DisposeAsync();

    /// <summary>The name of a namespace nobody else uses.</summary>
    public async Task<string> NamespaceAsync()
    {
        var name = $"test-{Interlocked.Increment(ref namespaces)}";
        var answer = await Admin.PostAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{name}}}"}}""");
        Assert.Equal(201, answer.Code);
        return name;
    }

    /// <summary>The path of a namespace's config maps.</summary>
    public async Task<string> MapsAsync() => $"/api/v1/namespaces/{await NamespaceAsync()}/configmaps";
}
