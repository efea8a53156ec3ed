namespace Navarch.Client.Tests;

public sealed class KubeconfigTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("navarch-kubeconfig-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_current_context_leads_to_server_and_user()
    {
        var (certificate, key) = TestCertificates.Pem("alice");
        var (authority, _) = TestCertificates.Pem("ca");
        File.WriteAllText(Path.Combine(folder, "ca.crt"), authority);
        var file = Write($"""
            apiVersion: v1
            kind: Config
            current-context: here
            clusters:
            - name: one
              cluster: {"{"}server: "https://10.0.0.1:6443", certificate-authority: ca.crt{"}"}
            contexts:
            - name: here
              context: {"{"}cluster: one, user: alice, namespace: web{"}"}
            users:
            - name: alice
              user:
                client-certificate-data: {Base64(certificate)}
                client-key-data: {Base64(key)}
            """);

        var config = Kubeconfig.Load(file).Resolve();

        Assert.Equal("https://10.0.0.1:6443/", config.Server.ToString());
        Assert.Equal("web", config.Namespace);
        Assert.Equal("CN=ca", Assert.Single(config.Authorities).Subject);
        Assert.Equal("CN=alice", config.Certificate!.Subject);
        Assert.True(config.Certificate.HasPrivateKey);
    }

    [Theory]
    [InlineData("current-context: nowhere", "the kubeconfig has no context \"nowhere\"")]
    [InlineData("clusters: []", "the kubeconfig has no current-context")]
    [InlineData("[]", "is not a kubeconfig")]
    [InlineData("a: [", "line 2")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: nonsense}}]", "no usable server address: \"nonsense\"")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: \"https://h\", certificate-authority: missing.crt}}]", "missing.crt")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: \"https://h\", certificate-authority-data: \"!\"}}]", "certificate-authority-data is not base64")]
    public void What_is_wrong_with_a_file_is_said(string text, string message)
    {
        var file = Write(text);

        var error = Assert.Throws<KubeconfigException>(() => Kubeconfig.Load(file).Resolve());

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var error = Assert.Throws<KubeconfigException>(() => Kubeconfig.Load(Path.Combine(folder, "none")));

        Assert.Contains("none", error.Message, StringComparison.Ordinal);
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private string Write(string text)
    {
        var path = Path.Combine(folder, "config");
        File.WriteAllText(path, text);
        return path;
    }
}
