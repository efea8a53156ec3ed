using System.Globalization;
using Navarch.Api.Core.V1;

namespace Navarch.Kubelet.Pods;

/// <summary>The environment variables by which a container finds the services of its namespace without DNS.</summary>
internal static class ServiceVariables
{
    /// <param name="namespace">The pod's. The API server's own service is told to everybody.</param>
    /// <param name="links">False: only the API server's.</param>
    public static Dictionary<string, string> Of(IEnumerable<Service> services, string @namespace, bool links)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var service in services.OrderBy(service => service.Metadata.Name, StringComparer.Ordinal))
        {
            var isApi = service.Metadata is { Namespace: "default", Name: "kubernetes" };
            if ((isApi || (links && service.Metadata.Namespace == @namespace)) && service.Spec.ClusterIP is { Length: > 0 } ip && ip != "None")
            {
                Add(variables, service, ip);
            }
        }
        return variables;
    }

    private static void Add(Dictionary<string, string> variables, Service service, string ip)
    {
        var name = Variable(service.Metadata.Name);
        variables[name + "_SERVICE_HOST"] = ip;
        for (var i = 0; i < service.Spec.Ports.Count; i++)
        {
            var port = service.Spec.Ports[i];
            var number = port.Port.ToString(CultureInfo.InvariantCulture);
            var protocol = (port.Protocol.Length > 0 ? port.Protocol : "TCP").ToLowerInvariant();
            var url = $"{protocol}://{(ip.Contains(':') ? $"[{ip}]" : ip)}:{number}";
            if (i == 0)
            {
                variables[name + "_SERVICE_PORT"] = number;
                variables[name + "_PORT"] = url;
            }
            if (port.Name.Length > 0)
            {
                variables[$"{name}_SERVICE_PORT_{Variable(port.Name)}"] = number;
            }
            var prefix = $"{name}_PORT_{number}_{protocol.ToUpperInvariant()}";
            variables[prefix] = url;
            variables[prefix + "_PROTO"] = protocol;
            variables[prefix + "_PORT"] = number;
            variables[prefix + "_ADDR"] = ip;
        }
    }

    private static string Variable(string name) => name.ToUpperInvariant().Replace('-', '_');
}
