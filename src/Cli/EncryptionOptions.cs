using System.CommandLine;

namespace Navarch.Cli;

/// <summary>What is encrypted in the store. Kept with the keys: it stands until it is said anew.</summary>
internal sealed class EncryptionOptions
{
    private readonly Option<string> resources = new("--encrypt-resources")
    {
        Description = "What is encrypted in the store, such as `secrets,configmaps`; at first `secrets`. Stays until it is given anew. What is there already: `navarch secrets reencrypt`.",
        HelpName = "RESOURCE[,RESOURCE]",
    };

    public void AddTo(Command command) => command.Add(resources);

    /// <summary>Null: as it was.</summary>
    public IReadOnlyList<string>? Read(ParseResult arguments) =>
        arguments.GetValue(resources)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
