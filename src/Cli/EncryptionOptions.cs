using System.CommandLine;
using Navarch.ApiServer.Encryption;

namespace Navarch.Cli;

/// <summary>What is encrypted in the store. Kept with the keys: it stands until it is said anew.</summary>
internal sealed class EncryptionOptions
{
    private readonly Option<string> resources = new("--encrypt-resources")
    {
        Description = "What is encrypted when it is stored, such as `secrets,configmaps`; stays until it is given anew. Without it, `secrets`.",
        HelpName = "RESOURCE[,RESOURCE]",
    };

    public void AddTo(Command command) => command.Add(resources);

    /// <summary>Null: as it was.</summary>
    /// <exception cref="EncryptionException">There is no such resource.</exception>
    public IReadOnlyList<string>? Read(ParseResult arguments)
    {
        var names = arguments.GetValue(resources)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in names ?? [])
        {
            EncryptableResources.Require(name);
        }

        return names;
    }
}
