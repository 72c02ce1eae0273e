"""The desk's pages. `portal.customers.doors` lets only agents in."""

from django.urls import path

from portal.desk import cases, merging, on_behalf, undelivered, views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("chats/<uuid:chat>/", views.desk, name="desk_chat"),
    path("chats/<uuid:chat>/about/", views.about, name="desk_about"),
    path("chats/<uuid:chat>/notes/", views.notes, name="desk_notes"),
    path("cases/", cases.index, name="desk_cases"),
    path("cases/<str:number>/", cases.case, name="desk_case"),
    path("cases/<str:number>/answer/", cases.answer, name="desk_case_answer"),
    path("cases/<str:number>/assign/", cases.assign, name="desk_case_assign"),
    path("cases/<str:number>/solve/", cases.solve, name="desk_case_solve"),
    path("cases/<str:number>/files/<int:pk>/", cases.attachment, name="desk_case_file"),
    path("cases/<str:number>/heard/", on_behalf.heard, name="desk_case_heard"),
    path("undelivered/", undelivered.index, name="desk_undelivered"),
    path("undelivered/<int:pk>/again/", undelivered.again, name="desk_undelivered_again"),
    path("customers/", on_behalf.search, name="desk_customers"),
    path("customer/<int:pk>/case/", on_behalf.new_case, name="desk_customer_case"),
    path("customer/<int:pk>/case/open/", on_behalf.open_case, name="desk_customer_case_open"),
    path(
        "customer/<int:pk>/orders/<path:number>/cancel/",
        on_behalf.ask_cancel,
        name="desk_customer_cancel",
    ),
    path(
        "customer/<int:pk>/orders/<path:number>/cancelled/",
        on_behalf.cancel,
        name="desk_customer_cancelled",
    ),
    path("customer/<int:pk>/merge/", merging.ask, name="desk_customer_merge"),
    path("customer/<int:pk>/merge/<int:other>/", merging.merge, name="desk_customer_merged"),
    path("customer/<int:pk>/", views.customer, name="desk_customer"),
]
