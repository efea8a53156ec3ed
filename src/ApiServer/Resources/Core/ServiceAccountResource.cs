using Navarch.Api.Core.V1;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>An identity for pods.</summary>
public sealed class ServiceAccountResource : Resource<ServiceAccount>
{
    public override IReadOnlyList<Column<ServiceAccount>> Columns { get; } =
    [
        Columns<ServiceAccount>.Name,
        Columns<ServiceAccount>.Count("Secrets", static value => value.Secrets.Count),
        Columns<ServiceAccount>.Age,
    ];

    public override ServiceAccount PrepareForCreate(ServiceAccount value, WriteContext context) => NamesOnly(value);

    public override ServiceAccount PrepareForUpdate(ServiceAccount value, ServiceAccount old, WriteContext context) => NamesOnly(value);

    private static ServiceAccount NamesOnly(ServiceAccount value) => value.Secrets.Count == 0
        ? value
        : value with { Secrets = [.. value.Secrets.Select(static secret => new ObjectReference { Name = secret.Name })] };
}
