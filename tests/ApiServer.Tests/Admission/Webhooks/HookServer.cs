using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Admission.Webhooks;

/// <summary>A webhook over HTTPS that answers as a test says, and the configurations that name it.</summary>
internal sealed class HookServer : IAsyncDisposable
{
    private readonly List<string> configurations = [];
    private readonly TestAuthority authority;
    private readonly HttpClient admin;
    private JsonListener listener = null!;

    private HookServer(HttpClient admin, TestAuthority authority) => (this.admin, this.authority) = (admin, authority);

    /// <summary>Every request of a review that came, in order.</summary>
    public ConcurrentQueue<JsonNode> Asked { get; } = [];

    /// <summary>Headers of the last request, as <c>Name: value</c> lines.</summary>
    public string Headers { get; private set; } = "";

    public string Url => listener.Address.ToString().TrimEnd('/');

    public int Port => listener.Address.Port;

    public string CABundle => Convert.ToBase64String(Encoding.ASCII.GetBytes(authority.Certificate.ExportCertificatePem()));

    /// <summary>Fields of the response for a request, by the path of the webhook; null allows.</summary>
    public Func<string, JsonNode, JsonObject?> Respond { get; set; } = static (_, _) => null;

    /// <summary>Answers instead, where set.</summary>
    public Func<HttpContext, JsonNode, Task>? Raw { get; set; }

    public static async Task<HookServer> StartAsync(HttpClient admin)
    {
        var authority = new TestAuthority("webhook-ca");
        return await StartAsync(admin, authority, authority.Server(), IPAddress.Loopback);
    }

    public static async Task<HookServer> StartAsync(HttpClient admin, TestAuthority authority, X509Certificate2 certificate, IPAddress address)
    {
        var server = new HookServer(admin, authority);
        server.listener = await JsonListener.StartAsync(certificate, address, (_, http) => server.HandleAsync(http));
        return server;
    }

    /// <summary>A response that is a patch of the given operations.</summary>
    public static JsonObject Patch(string operations) => new()
    {
        ["allowed"] = true,
        ["patchType"] = "JSONPatch",
        ["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(operations)),
    };

    public static JsonObject Deny(string status) => new() { ["allowed"] = false, ["status"] = JsonNode.Parse(status) };

    /// <summary>A webhook for objects of one namespace.</summary>
    /// <param name="more">Further fields, such as <c>"failurePolicy":"Ignore"</c>; they win.</param>
    public JsonObject Hook(string name, string @namespace, string resources, string operations = "*", string more = "", string path = "/hook")
    {
        var groups = resources.Split(';');
        var hook = (JsonObject)JsonNode.Parse($$$"""
            {"name":"{{{name}}}","sideEffects":"None","admissionReviewVersions":["v1"],"timeoutSeconds":10,
             "clientConfig":{"url":"{{{Url}}}{{{path}}}","caBundle":"{{{CABundle}}}"},
             "rules":[{"operations":["{{{operations.Replace(",", "\",\"", StringComparison.Ordinal)}}}"],"apiGroups":["*"],"apiVersions":["*"],"resources":["{{{string.Join("\",\"", groups)}}}"]}]}
            """)!;
        if (@namespace.Length > 0)
        {
            hook["namespaceSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["kubernetes.io/metadata.name"] = @namespace } };
        }

        foreach (var (key, value) in (JsonObject)JsonNode.Parse($"{{{more}}}")!)
        {
            hook[key] = value?.DeepClone();
        }

        return hook;
    }

    /// <summary>Creates a configuration, which goes with the server.</summary>
    /// <param name="kind">Mutating or Validating.</param>
    public async Task<Answer> ConfigureAsync(string kind, string name, params JsonObject[] hooks)
    {
        var body = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["webhooks"] = new JsonArray([.. hooks]) };
        var collection = $"/apis/admissionregistration.k8s.io/v1/{kind.ToLowerInvariant()}webhookconfigurations";
        var answer = await admin.PostAsync(collection, body.ToJsonString());
        Assert.True(answer.Code == 201, answer.Text);
        configurations.Add($"{collection}/{name}");
        return answer;
    }

    public async Task RemoveAsync()
    {
        foreach (var path in configurations)
        {
            await admin.RemoveAsync(path);
        }

        configurations.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await RemoveAsync();
        await listener.DisposeAsync();
        authority.Dispose();
    }

    private async Task HandleAsync(HttpContext http)
    {
        var review = (await JsonNode.ParseAsync(http.Request.Body))!;
        Headers = string.Join('\n', http.Request.Headers.Select(static header => $"{header.Key}: {header.Value}"));
        Asked.Enqueue(review);
        if (Raw is { } raw)
        {
            await raw(http, review);
            return;
        }

        var response = Respond(http.Request.Path.Value ?? "", review["request"]!) ?? new JsonObject { ["allowed"] = true };
        response["uid"] = (string)review["request"]!["uid"]!;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(new JsonObject
        {
            ["kind"] = "AdmissionReview",
            ["apiVersion"] = (string)review["apiVersion"]!,
            ["response"] = response,
        }.ToJsonString());
    }
}
