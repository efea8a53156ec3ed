using Navarch.ApiServer.Resources;

namespace Navarch.ApiServer.Encryption;

/// <summary>What can be encrypted: every kind whose objects are stored.</summary>
public static class EncryptableResources
{
    /// <param name="name">As <c>secrets</c> or <c>deployments.apps</c>.</param>
    /// <exception cref="EncryptionException">There is no such kind.</exception>
    public static void Require(string name)
    {
        if (!AllResources.List.Any(rules => rules.IsStored && rules.Type.GroupResource == name))
        {
            throw new EncryptionException(
                $"\"{name}\" cannot be encrypted: there is no such resource", "name resources as `secrets` or `deployments.apps`, separated by commas");
        }
    }
}
