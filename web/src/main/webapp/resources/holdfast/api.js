/* The page that tries the API: operations from its description, requests by the browser with the token given here. */
(function () {
  "use strict";

  var page, described, chosen;

  function element(id) {
    return document.getElementById(id);
  }

  function made(name, text, to) {
    var one = document.createElement(name);
    if (text) {
      one.textContent = text;
    }
    to.appendChild(one);
    return one;
  }

  function resolved(schema) {
    return schema && schema.$ref ? described.components.schemas[schema.$ref.replace(/.*\//, "")] : schema || {};
  }

  /* An example of what a schema takes; what may be left out is left out. */
  function example(schema, depth) {
    var plain = resolved(schema);
    if (plain.anyOf) {
      return example(plain.anyOf[0], depth);
    }
    if (plain.enum) {
      return plain.enum[0];
    }
    switch (plain.type) {
      case "object":
        return Object.keys(plain.properties || {}).reduce(function (all, name) {
          if (depth < 6 && (plain.required || []).indexOf(name) >= 0) {
            all[name] = example(plain.properties[name], depth + 1);
          }
          return all;
        }, {});
      case "array": return depth < 6 ? [example(plain.items, depth + 1)] : [];
      case "integer": case "number": return 1;
      case "boolean": return false;
      default:
        return plain.format === "date-time" ? new Date().toISOString() : plain.pattern ? "1" : "text";
    }
  }

  function field(parameter) {
    var box = made("div", "", element("tryParameters"));
    var label = made("label", parameter.name + (parameter.required ? " (" + page.dataset.required + ")" : ""), box);
    var schema = resolved(parameter.schema);
    var input = made(schema.enum ? "select" : "input", "", box);
    input.id = "try-" + parameter.in + "-" + parameter.name;
    label.htmlFor = input.id;
    if (schema.enum) {
      input.className = "hf-select";
      [""].concat(schema.enum).forEach(function (value) {
        made("option", value, input).value = value;
      });
    } else {
      input.className = "ui-inputfield ui-inputtext";
      input.autocomplete = "off";
    }
    input.required = Boolean(parameter.required);
    input.dataset.name = parameter.name;
    input.dataset.place = parameter.in;
  }

  function choose() {
    var parts = element("tryOperation").value.split(" ");
    var operation = described.paths[parts[1]][parts[0].toLowerCase()];
    chosen = {method: parts[0], path: parts[1]};
    element("tryParameters").textContent = "";
    (operation.parameters || []).forEach(field);
    element("tryBodyField").hidden = !operation.requestBody;
    element("tryReal").hidden = chosen.method === "GET";
    chosen.body = Boolean(operation.requestBody);
    if (chosen.body) {
      var content = operation.requestBody.content || {};
      chosen.type = Object.keys(content)[0] || "application/json";
      element("tryBody").value = chosen.type === "application/json"
        ? JSON.stringify(example(content[chosen.type].schema, 0), null, 2) : "";
    }
  }

  function request() {
    var path = chosen.path, query = new URLSearchParams(), headers = new Headers();
    element("tryParameters").querySelectorAll("[data-name]").forEach(function (input) {
      var value = input.value;
      if (input.dataset.place === "path") {
        path = path.replace("{" + input.dataset.name + "}", encodeURIComponent(value));
      } else if (value !== "" && input.dataset.place === "query") {
        query.append(input.dataset.name, value);
      } else if (value !== "") {
        headers.set(input.dataset.name, value);
      }
    });
    if (element("tryToken").value) {
      headers.set("Authorization", "Bearer " + element("tryToken").value.trim());
    }
    if (chosen.body) {
      headers.set("Content-Type", chosen.type);
    }
    var address = page.dataset.root + path + (query.toString() ? "?" + query : "");
    return fetch(address, {
      method: chosen.method,
      headers: headers,
      body: chosen.body ? element("tryBody").value : undefined,
      credentials: "omit",
      cache: "no-store"
    });
  }

  /* What is text is shown; anything else is only counted. */
  function body(answer) {
    var type = answer.headers.get("content-type") || "";
    if (!/json|^text\/|^message\//.test(type)) {
      return answer.arrayBuffer().then(function (bytes) {
        return bytes.byteLength ? page.dataset.binary.replace("{0}", bytes.byteLength) : page.dataset.nothing;
      });
    }
    return answer.text().then(function (text) {
      return /json/.test(type) ? JSON.stringify(JSON.parse(text), null, 2) : text;
    });
  }

  function show(answer) {
    var headers = [];
    answer.headers.forEach(function (value, name) {
      headers.push(name + ": " + value);
    });
    return body(answer).then(function (text) {
      element("tryStatus").textContent = chosen.method + " " + chosen.path + ": " + answer.status + " "
        + (answer.ok ? page.dataset.done : page.dataset.failed);
      element("tryHeaders").textContent = headers.join("\n");
      element("tryAnswer").textContent = text;
    });
  }

  function send(event) {
    event.preventDefault();
    element("trySend").disabled = true;
    request().then(show).catch(function (failure) {
      element("tryStatus").textContent = page.dataset.unreachable;
      element("tryHeaders").textContent = "";
      element("tryAnswer").textContent = String(failure);
    }).finally(function () {
      element("trySend").disabled = false;
    });
  }

  function begin(description) {
    described = description;
    var groups = {}, select = element("tryOperation");
    Object.keys(described.paths).forEach(function (path) {
      Object.keys(described.paths[path]).forEach(function (verb) {
        var tag = described.paths[path][verb].tags[0];
        (groups[tag] = groups[tag] || []).push(verb.toUpperCase() + " " + path);
      });
    });
    Object.keys(groups).sort().forEach(function (tag) {
      var group = made("optgroup", "", select);
      group.label = tag;
      groups[tag].forEach(function (operation) {
        made("option", operation.replace("/api/v1/", ""), group).value = operation;
      });
    });
    select.addEventListener("change", choose);
    element("tryForm").addEventListener("submit", send);
    choose();
  }

  window.addEventListener("DOMContentLoaded", function () {
    page = element("try");
    fetch(page.dataset.root + "/api/v1/openapi.json", {credentials: "omit"}).then(function (answer) {
      return answer.json();
    }).then(begin).catch(function (failure) {
      element("tryStatus").textContent = page.dataset.unreachable;
      element("tryAnswer").textContent = String(failure);
    });
  });
}());
