using System.Text;
using Navarch.ApiServer.Encryption;
using Navarch.ApiServer.Tests.Server;
using Navarch.Storage;

namespace Navarch.ApiServer.Tests.Encryption;

/// <summary>A server with a key file in its directory.</summary>
internal static class EncryptedServer
{
    public const string Secrets = "/api/v1/namespaces/default/secrets";
    public const string Status = "/navarch/v1/encryption";

    public static EncryptionKeyFile KeyFile(string folder) => new(Path.Combine(folder, "encryption.json"));

    public static Task<TestServer> StartAsync(string keyFolder, Func<CancellationToken, Task<IRevisionStore>>? openStore = null) =>
        TestServer.StartAsync(config => config with { EncryptionKeys = KeyFile(keyFolder) }, openStore: openStore);

    public static string Secret(string name, string value) =>
        $$$"""{"metadata":{"name":"{{{name}}}"},"data":{"password":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}}}"}}""";

    public static string? PasswordIn(System.Text.Json.Nodes.JsonNode? secret) =>
        (string?)secret?["data"]?["password"] is { } base64 ? Encoding.UTF8.GetString(Convert.FromBase64String(base64)) : null;

    /// <summary>The status once no re-encryption is under way.</summary>
    public static async Task<EncryptionStatus> SettledAsync(this TestServer server)
    {
        while (true)
        {
            var answer = await server.Admin.AskAsync(Status);
            Assert.Equal(200, answer.Code);
            var status = System.Text.Json.JsonSerializer.Deserialize(answer.Text, EncryptionStatusJson.Default.EncryptionStatus)!;
            if (status.Reencryption.State != ReencryptionState.Running)
            {
                return status;
            }

            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
